"""Fills the demo: 2,000 synthetic members round five cities, and one ready-made member to sign in as."""

from collections.abc import Sequence

import attrs

from adapters.local.portraits import portrait_size
from adapters.population.generator import SyntheticMember, cities, generate
from adapters.population.seeding import Seeding
from config.application import Application
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Gender, Size
from saltbitter_domain.users.model import Role

SIZE = 2_000
SEED = 2026
CITIES = frozenset({"London", "New York City", "São Paulo", "Nairobi", "Sydney"})
EMAIL = "sam@demo.saltbitter.example"
STAFF = "staff@demo.saltbitter.example"
LABEL = "Demo member, not a real person. "


@attrs.frozen
class Seeded:
    """Who was made: the demo members, and the ready-made member and one of the staff with a password for this run
    only."""

    members: Sequence[UserId]
    ready_made: UserId
    password: str = attrs.field(repr=False)


async def seed(application: Application, size: int = SIZE) -> Seeded:
    """Store ``size`` demo members, labelled as such in their bios, and the ready-made one among them."""
    adapters = application.adapters
    portraits = adapters.portraits()
    seeding = Seeding(
        begin=adapters.begin(),
        clock=adapters.clock(),
        ids=adapters.ids(),
        questionnaire=questionnaire(),
        blurhash=portraits.blurhash,
        portrait_size=portrait_size(Size.LARGE),
        on_photo=portraits.remember,
    )
    homes = [city for city in cities(200) if city.name in CITIES]
    people = list(generate(size + 2, SEED, adapters.clock().now().date(), questionnaire(), homes))
    sam = people.pop(next(index for index, person in enumerate(people) if _could_be_sam(person)))
    bio = "The ready-made member of this demo: everything is filled in, so that you can start with the matches."
    ready_made, staff = await seeding.store(
        [_relabelled(sam, bio, name="Sam"), _relabelled(people.pop(), "Looks at photos.", name="Staff")]
    )
    members = await seeding.store(_relabelled(person, LABEL + person.content.bio) for person in people)
    password = adapters.secrets().token()[:20]
    await _let_in(application, ready_made, password, EMAIL)
    await _let_in(application, staff, password, STAFF, Role.ADMIN)
    return Seeded(members, ready_made, password)


def _could_be_sam(person: SyntheticMember) -> bool:
    content = person.content
    return (
        person.city == "London"
        and 1988 <= person.date_of_birth.year <= 1998
        and content.genders == {Gender.WOMAN}
        and Gender.MAN in content.preferences.genders
        and bool(person.answers and content.values and content.interests and content.intention)
    )


def _relabelled(person: SyntheticMember, bio: str, name: str | None = None) -> SyntheticMember:
    return attrs.evolve(person, content=attrs.evolve(person.content, bio=bio, name=name or person.content.name))


async def _let_in(
    application: Application, user_id: UserId, password: str, email: str, role: Role = Role.MEMBER
) -> None:
    """Give a ready-made account an address, a password that works, and its role."""
    password_hash = await application.adapters.hasher().hash(password)
    async with application.adapters.begin()() as uow:
        user = await uow.users.get(user_id)
        await uow.users.save(attrs.evolve(user, email=email, password_hash=password_hash, role=role))
        await uow.commit()
