"""What every search over profiles promises."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import text

from adapters.memory.photo_store import MemoryPhotoStore
from adapters.postgres.database import Database, Session
from adapters.postgres.query import Query
from adapters.postgres.replica import Replicated
from adapters.postgres.search import PostgresProfileSearch
from adapters.system.clock import ManualClock
from saltbitter_domain.compatibility.model import (
    PASS_RESTS_FOR,
    DailyMatches,
    Decision,
    DecisionKind,
    NotReadyToMatch,
    Suggestion,
)
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import GridCell, MatchId, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    DealBreaker,
    Gender,
    PhotoState,
    Preferences,
    PromptAnswer,
    Smoking,
    Visibility,
)
from saltbitter_domain.search.model import FoundAcquaintance, Hit, SearchInvalid, SearchTooBroad, Terms, terms
from saltbitter_domain.search.ports import ProfileSearch
from saltbitter_domain.search.service import ACQUAINTANCES_AT_ONCE, AcquaintanceSearch, SearchService
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import AccountStatus
from tests.contracts.stores import Store, on_postgres
from tests.doubles.builders import (
    MATCHED_BY,
    PARIS,
    TEXTS,
    a_content,
    a_photo,
    a_profile,
    a_user,
    consents_to,
    new_id,
)
from tests.servers.databases import Housekeeper

PORT = ProfileSearch
ANYBODY = Preferences(frozenset(Gender), AgeRange(18, 120))
WOMEN, MEN = (attrs.evolve(ANYBODY, genders=frozenset({gender})) for gender in (Gender.WOMAN, Gender.MAN))
NO_SMOKE = attrs.evolve(ANYBODY, deal_breakers=frozenset({DealBreaker.SMOKES}))
LYON = GridCell.containing(45.764, 4.8357)


async def join(
    store: Store, *, account: Mapping[str, Any] = {}, photo: PhotoState = PhotoState.APPROVED, located: bool = True,
    profile: Mapping[str, Any] = {}, **said: Any,
) -> UserId:  # fmt: skip
    """Somebody in Paris who takes part and seeks anybody, unless something is different about them."""
    user = a_user(**account)
    content = a_content(**{"preferences": ANYBODY, **said})
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_profile(user, **{"content": content, "cell": PARIS, "city": "Paris", **profile}))
        await uow.photos.add(a_photo(user, state=photo))
        agreed = [purpose for purpose in MATCHED_BY if located or purpose is not Purpose.LOCATION]
        await uow.consents.append(*consents_to(user, *agreed))
    return user.id


async def hits(store: Store, viewer: UserId, asked: Terms, limit: int = 100, after: Hit | None = None) -> Sequence[Hit]:
    async with store.begin() as uow:
        (traits,) = await uow.people.traits([viewer])
    return await store.search.find(traits, asked, limit, after)


async def found(store: Store, viewer: UserId, words: str = "", *interests: str) -> list[UserId]:
    return [hit.user_id for hit in await hits(store, viewer, terms(words, interests))]


async def decide(store: Store, by: UserId, about: UserId, kind: DecisionKind) -> None:
    async with store.unit() as uow:
        await uow.decisions.add(Decision(by, about, kind, store.clock.now()), MatchId(new_id()))


async def test_people_are_found_by_a_word_wherever_they_say_it(store: Store) -> None:
    viewer = await join(store)
    in_bio = await join(store, bio="I play the cello, badly.")
    in_answer = await join(store, prompts=(PromptAnswer("sunday", "Tea.\nCello practice."),))
    chosen = await join(store, interests=frozenset({"classical_music"}))
    await join(store, bio="Neither.")

    assert await found(store, viewer, "cello") == [in_bio, in_answer]
    assert await found(store, viewer, "classical") == [chosen]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Café on Sundays", "cafe"),
        ("cafe on sundays", "CAFÉ"),
        (unicodedata.normalize("NFD", "Café on Sundays"), "café"),
        ("ÉCLAIRS!", unicodedata.normalize("NFD", "éclair")),
        ("Владимир любит горы", "гор"),
        ("ГОРЫ", "горы"),
        ("أحب الموسيقى", "الموسيقى"),
        ("林さくら", "林"),
        ("한국어를 배워요", "한국"),
        ("ich heiße Zoë", "heiße"),
        ("ﬁne ｗｉｎｅ", "fine wine"),
        ("rock-climbing/hiking", "climbing hiking"),
        ("l’amour “toujours”", "amour toujours"),
        ("write to me.Then we talk", "then"),
        ("born in 1991", "1991"),
    ],
)
async def test_words_are_found_in_every_script_however_they_are_typed(store: Store, said: str, asked: str) -> None:
    viewer, other = await join(store), await join(store, bio=said)

    assert await found(store, viewer, asked) == [other]


async def test_every_word_must_be_there_and_its_beginning_is_enough(store: Store) -> None:
    viewer = await join(store)
    both = await join(store, bio="Hiking, then baking bread.")
    await join(store, bio="Hiking.")

    assert await found(store, viewer, "hik bread") == [both]
    assert await found(store, viewer, "iking bread") == []
    assert await found(store, viewer, "hiker") == []


async def test_interests_must_all_be_chosen_and_no_similar_one_will_do(store: Store) -> None:
    viewer = await join(store)
    player = await join(store, interests=frozenset({"board_games", "chess"}))
    await join(store, interests=frozenset({"video_games", "chess"}), bio="board_games")

    assert await found(store, viewer, "", "board_games") == [player]
    assert await found(store, viewer, "", "board_games", "chess") == [player]
    assert await found(store, viewer, "chess", "board_games") == [player]
    assert await found(store, viewer, "", "board_games", "jazz") == []


@pytest.mark.parametrize("said", [*TEXTS, "%", "_", "a'b\\c", "tea:*", "!tea & (jazz | rock)", "$1", "\ufeff\u200d"])
async def test_nothing_that_is_typed_is_read_as_anything_but_words(store: Store, said: str) -> None:
    viewer, other = await join(store), await join(store, bio=said + " marmalade")

    try:
        asked = terms(said)
    except SearchInvalid:
        return
    assert [hit.user_id for hit in await hits(store, viewer, asked)] == [other]
    assert await found(store, viewer, "marmalade") == [other]


async def test_what_is_not_for_others_to_see_is_not_searched(store: Store) -> None:
    viewer = await join(store)
    await join(store, pronouns="she/they", smoking=Smoking.QUITTING, preferences=ANYBODY)

    for hidden in ("woman", "quitting", "paris", "europe", "ada", "she"):
        assert await found(store, viewer, hidden) == []


async def test_the_best_place_counts_and_of_one_rank_the_lower_id_comes_first(store: Store) -> None:
    viewer = await join(store)
    answered = await join(store, prompts=(PromptAnswer("sunday", "Jazz."),))
    told = [await join(store, bio="Jazz and more jazz.") for _ in range(2)]
    chose = await join(store, interests=frozenset({"jazz"}), bio="jazz")

    assert await hits(store, viewer, terms("jazz")) == [Hit(3, chose), *(Hit(2, one) for one in told), Hit(1, answered)]


async def test_pages_follow_one_another_without_gap_or_repetition(store: Store) -> None:
    viewer = await join(store)
    for number in range(11):
        await join(store, bio="jazz" if number % 2 else "", interests=frozenset({"jazz"} if number % 3 else {"chess"}))
    asked = terms("jazz")
    everybody = await hits(store, viewer, asked)

    paged: list[Hit] = []
    while page := await hits(store, viewer, asked, 2, paged[-1] if paged else None):
        paged += page

    assert paged == everybody
    assert len({hit.user_id for hit in paged}) == len(paged) > 5
    assert await hits(store, viewer, asked, 3) == everybody[:3]


async def test_whoever_takes_no_part_is_not_found(store: Store) -> None:
    viewer = await join(store)
    await join(store, bio="tango", account={"email_verified_at": None})
    await join(store, bio="tango", account={"status": AccountStatus.SUSPENDED})
    await join(store, bio="tango", profile={"visibility": Visibility.PAUSED})
    await join(store, bio="tango", photo=PhotoState.REFUSED)
    await join(store, bio="tango", name="")

    assert await found(store, viewer, "tango") == []


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"genders": frozenset({Gender.MAN})}, {"preferences": WOMEN}),
        ({"preferences": MEN}, {"genders": frozenset({Gender.WOMAN})}),
        ({}, {"preferences": attrs.evolve(ANYBODY, ages=AgeRange(36, 60))}),
        ({"preferences": attrs.evolve(ANYBODY, ages=AgeRange(18, 34))}, {}),
        ({}, {"preferences": attrs.evolve(ANYBODY, max_distance_km=5), "profile": {"cell": LYON}}),
        ({"preferences": attrs.evolve(ANYBODY, max_distance_km=300)}, {"profile": {"cell": LYON}}),
        ({"preferences": attrs.evolve(ANYBODY, max_distance_km=300)}, {"profile": {"cell": None}}),
        ({"preferences": attrs.evolve(ANYBODY, max_distance_km=300), "located": False}, {}),
        ({}, {"preferences": attrs.evolve(ANYBODY, max_distance_km=300), "located": False}),
        ({"preferences": NO_SMOKE}, {"smoking": Smoking.QUITTING}),
        ({"smoking": Smoking.QUITTING}, {"preferences": NO_SMOKE}),
    ],
)  # fmt: skip
async def test_both_must_be_whom_the_other_hopes_to_meet(
    store: Store, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> None:
    viewer = await join(store, **mine)
    await join(store, bio="tango", **theirs)
    fits = await join(
        store,
        bio="tango",
        genders=frozenset(Gender),
        preferences=attrs.evolve(ANYBODY, max_distance_km=500),
        profile={"date_of_birth": date(1994, 7, 1)},
    )

    assert await found(store, viewer, "tango") == ([fits] if mine.get("located", True) else [])


async def test_ages_are_counted_to_the_day_where_they_live(store: Store) -> None:
    viewer = await join(store, preferences=attrs.evolve(ANYBODY, ages=AgeRange(30, 30)))
    today = store.clock.now().date()
    born = {"thirty today": date(1996, 3, 2), "thirty_one tomorrow": date(1995, 3, 3)}
    fit = [await join(store, bio="tango", profile={"date_of_birth": day}) for day in born.values()]
    await join(store, bio="tango", profile={"date_of_birth": date(1996, 3, 3)})
    await join(store, bio="tango", profile={"date_of_birth": date(1995, 3, 2)})

    assert today == date(2026, 3, 2)
    assert await found(store, viewer, "tango") == fit


async def test_distance_is_that_of_the_domain_to_the_last_cell(store: Store) -> None:
    viewer = await join(store, preferences=attrs.evolve(ANYBODY, max_distance_km=50))
    cells = [GridCell.containing(48.8566, 2.3522 + step * 0.01) for step in range(60, 76)]
    near = [await join(store, bio="tango", profile={"cell": cell}) for cell in cells if cell.distance_km(PARIS) <= 50]
    for cell in cells:
        if cell.distance_km(PARIS) > 50:
            await join(store, bio="tango", profile={"cell": cell})

    assert 0 < len(near) < len(cells)
    assert await found(store, viewer, "tango") == near


async def test_nobody_is_found_with_whom_something_stands_between(store: Store) -> None:
    viewer = await join(store)
    liked, passed, passing, matched, liking = [await join(store, bio="tango") for _ in range(5)]
    await decide(store, viewer, liked, DecisionKind.LIKE)
    await decide(store, viewer, passed, DecisionKind.PASS)
    await decide(store, passing, viewer, DecisionKind.PASS)
    await decide(store, viewer, matched, DecisionKind.LIKE)
    await decide(store, matched, viewer, DecisionKind.LIKE)
    await decide(store, liking, viewer, DecisionKind.LIKE)

    assert await found(store, viewer, "tango") == [liking]

    store.clock.advance(PASS_RESTS_FOR + timedelta(seconds=1))
    assert await found(store, viewer, "tango") == [passed, passing, liking]


async def test_a_block_hides_each_from_the_other(store: Store) -> None:
    viewer = await join(store, bio="tango")
    blocked, blocking, other = [await join(store, bio="tango") for _ in range(3)]
    for by, about in ((viewer, blocked), (blocking, viewer)):
        async with store.unit() as uow:
            assert await uow.decisions.block(by, about, store.clock.now())

    store.clock.advance(2 * PASS_RESTS_FOR)

    assert await found(store, viewer, "tango") == [other]
    assert await found(store, blocked, "tango") == [blocking, other]


async def test_whoever_is_incognito_is_found_only_by_those_they_like(store: Store) -> None:
    viewer = await join(store)
    hidden = await join(store, bio="tango", profile={"visibility": Visibility.INCOGNITO})

    assert await found(store, viewer, "tango") == []
    await decide(store, hidden, viewer, DecisionKind.LIKE)
    assert await found(store, viewer, "tango") == [hidden]


async def test_nobody_finds_themselves_and_nobody_may_be_there(store: Store) -> None:
    viewer = await join(store, bio="tango")

    assert await found(store, viewer, "tango") == []


async def test_an_operator_sees_people_as_the_member_would(store: Store) -> None:
    viewer = await join(store)
    other = await join(
        store, name="Bo", bio="Café? Always. Cafés are home.", interests=frozenset({"jazz"}), profile={"cell": LYON}
    )
    service = SearchService(begin=store.begin, clock=store.clock, search=store.search)

    (person,) = await service.find(viewer, "cafe jazz")

    assert (person.profile.user_id, person.profile.name, person.profile.age) == (other, "Bo", 35)
    assert person.profile.distance == "over_100_km"
    assert person.profile.photos == ()
    assert person.words == ("jazz", "cafe", "cafes")
    assert [p.profile.user_id for p in await service.find(viewer, "cafe", after=Hit(3, other))] == [other]
    with pytest.raises(NotReadyToMatch):
        await service.find(UserId(new_id()), "cafe")


async def test_many_who_do_not_fit_after_all_hide_nobody(database: Database, clock: ManualClock) -> None:
    store = on_postgres(database, clock)
    viewer = await join(store)
    for _ in range(3):
        await join(store, bio="tango", photo=PhotoState.REFUSED)
    fit = [await join(store, bio="tango") for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.postgres.search.LOOKED_AT", 2)
        assert await found(store, viewer, "tango") == fit
        patch.setattr("adapters.postgres.search.LOOKS", 2)
        with pytest.raises(SearchTooBroad):
            await found(store, viewer, "tango")


async def test_a_search_that_takes_too_long_says_that_it_asked_too_much(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = on_postgres(database, clock)
    viewer = await join(store)
    hurried, slow = "SET LOCAL statement_timeout = '50ms'", "SELECT NULL AS user_id, 0 AS rank FROM pg_sleep(1)"
    monkeypatch.setattr(PostgresProfileSearch, "_BY_INDEX", Query(text(hurried)))
    monkeypatch.setattr(PostgresProfileSearch, "_FIND", Query(text(slow)))

    with pytest.raises(SearchTooBroad):
        await found(store, viewer, "tango")


async def test_a_search_reads_by_an_index(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = on_postgres(database, clock)
    near = await join(store, preferences=attrs.evolve(ANYBODY, max_distance_km=50))
    anywhere = await join(store)
    plans: list[str] = []
    run = Session.rows

    async def explained(session: Session, query: Query, **values: Any) -> Sequence[Any]:
        if query is PostgresProfileSearch._FIND:
            connection = await session._begin()
            rows = await connection.fetch(f"EXPLAIN {query.sql}", *query.arguments(values))
            plans.append("\n".join(row[0] for row in rows))
        return await run(session, query, **values)

    monkeypatch.setattr(Session, "rows", explained)
    for viewer in (near, anywhere):
        await found(store, viewer, "tango", "jazz")

    assert "ix_profiles_words" in plans[1]
    assert len(plans) == 2
    for plan in plans:
        assert "Seq Scan" not in plan


async def test_the_replica_is_asked_and_the_database_where_that_is_away(
    database: Database, clock: ManualClock, housekeeper: Housekeeper
) -> None:
    store = on_postgres(database, clock)
    viewer, other = await join(store), await join(store, bio="tango")
    async with store.begin() as uow:
        (traits,) = await uow.people.traits([viewer])

    away = Database("postgresql://nobody:nothing@127.0.0.1:1/nowhere", min_size=0)
    await away.open()
    with_replica = PostgresProfileSearch(Replicated(away, replica=database), clock)
    without = PostgresProfileSearch(Replicated(database, replica=away), clock)

    for search in (with_replica, without):
        assert [hit.user_id for hit in await search.find(traits, terms("tango"), 10)] == [other]
    await away.close()


async def meet(store: Store, viewer: UserId, *others: UserId, days_ago: int = 0) -> None:
    """The viewer was introduced to these."""
    now = store.clock.now() - timedelta(days=days_ago)
    suggestions = tuple(Suggestion(other, rank, 0.5) for rank, other in enumerate(others, 1))
    async with store.unit() as uow:
        await uow.daily_matches.add(DailyMatches(viewer, now.date(), now, suggestions))


def searching(store: Store) -> AcquaintanceSearch:
    photos = MemoryPhotoStore(store.clock, b"-" * 32)
    return AcquaintanceSearch(begin=store.begin, clock=store.clock, search=store.search, photos=photos)


async def acquaintances(
    store: Store, viewer: UserId, words: str = "tango", *interests: str
) -> Mapping[UserId, FoundAcquaintance]:
    found = await searching(store).find(viewer, words, interests)
    return {person.profile.user_id: person for person in found.items}


async def subscribe(store: Store, user: UserId) -> None:
    async with store.unit() as uow:
        await uow.subscriptions.set_tier(user, Tier.PREMIUM)


async def test_members_search_among_those_they_know_of(store: Store) -> None:
    viewer = await join(store)
    today, earlier, matched, long_ago, liking, stranger = [await join(store, bio="tango") for _ in range(6)]
    other = await join(store, bio="waltz", interests=frozenset({"jazz"}))
    await meet(store, viewer, today, other)
    await meet(store, viewer, earlier, days_ago=30)
    await meet(store, viewer, long_ago, days_ago=31)
    await meet(store, stranger, viewer)
    await decide(store, viewer, matched, DecisionKind.LIKE)
    await decide(store, matched, viewer, DecisionKind.LIKE)
    await decide(store, liking, viewer, DecisionKind.LIKE)

    found = await acquaintances(store, viewer)

    assert list(found) == sorted([today, earlier, matched])
    assert (found[today].introduced_on, found[today].match, found[today].likes_you) == (
        store.clock.now().date(), None, False,
    )  # fmt: skip
    assert found[matched].match
    assert found[matched].likes_you
    assert list(await acquaintances(store, viewer, "", "jazz")) == [other]
    assert await acquaintances(store, viewer, "tango", "jazz") == {}

    await subscribe(store, viewer)
    assert list(await acquaintances(store, viewer)) == sorted([today, earlier, matched, liking])


async def test_what_others_decided_or_wish_by_now_cannot_be_told_from_who_is_found(store: Store) -> None:
    viewer = await join(store)
    passed, passing, wishing = [await join(store, bio="tango") for _ in range(3)]
    await meet(store, viewer, passed, passing, wishing)
    await decide(store, viewer, passed, DecisionKind.PASS)
    await decide(store, passing, viewer, DecisionKind.PASS)
    async with store.unit() as uow:
        profile = await uow.profiles.get(wishing)
        assert profile
        elsewhere = attrs.evolve(profile.content, preferences=attrs.evolve(ANYBODY, ages=AgeRange(90, 99)))
        await uow.profiles.save(attrs.evolve(profile, content=elsewhere))

    assert list(await acquaintances(store, viewer)) == sorted([passed, passing, wishing])


async def test_whoever_may_not_be_seen_any_more_is_not_found_among_acquaintances_either(store: Store) -> None:
    viewer = await join(store)
    paused = await join(store, bio="tango", profile={"visibility": Visibility.PAUSED})
    hidden = await join(store, bio="tango", profile={"visibility": Visibility.INCOGNITO})
    suspended = await join(store, bio="tango", account={"status": AccountStatus.SUSPENDED})
    blocked, blocking, matched = [await join(store, bio="tango") for _ in range(3)]
    await meet(store, viewer, paused, hidden, suspended, blocked, blocking, matched)
    for by, about in ((viewer, matched), (matched, viewer)):
        await decide(store, by, about, DecisionKind.LIKE)
    assert list(await acquaintances(store, viewer)) == sorted([blocked, blocking, matched])
    for by, about in ((viewer, blocked), (blocking, viewer), (matched, viewer)):
        async with store.unit() as uow:
            assert await uow.decisions.block(by, about, store.clock.now())

    assert await acquaintances(store, viewer) == {}


async def test_of_very_many_acquaintances_the_best_are_found_and_that_there_are_more_is_said(store: Store) -> None:
    viewer = await join(store)
    crowd = [await join(store, bio="tango") for _ in range(ACQUAINTANCES_AT_ONCE)]
    best = await join(store, interests=frozenset({"dancing"}), bio="tango")
    await meet(store, viewer, *crowd, best)
    service = searching(store)

    found = await service.find(viewer, "tango")

    assert (len(found.items), found.more) == (ACQUAINTANCES_AT_ONCE, True)
    assert not (await service.find(viewer, "tango dancing")).more


@pytest.mark.parametrize("gone", [1, 60])
async def test_whoever_may_not_be_seen_takes_nobody_s_place_among_them_nor_are_there_more_for_them(
    store: Store, gone: int
) -> None:
    viewer = await join(store)
    blocking = [await join(store, interests=frozenset({"dancing"}), bio="tango") for _ in range(gone)]
    shown = [await join(store, bio="tango") for _ in range(ACQUAINTANCES_AT_ONCE)]
    await meet(store, viewer, *blocking, *shown)
    async with store.unit() as uow:
        for other in blocking:
            await uow.decisions.block(other, viewer, store.clock.now())

    found = await searching(store).find(viewer, "tango")

    assert [person.profile.user_id for person in found.items] == sorted(shown)
    assert not found.more
