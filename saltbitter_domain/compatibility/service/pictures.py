"""Who may look at which picture now."""

from saltbitter_domain.compatibility.acquaintance import may_be_seen
from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.uow import UnitsOfWork
from saltbitter_domain.users.model import AccountStatus, Role


class PictureService:
    """Asked each time a picture is opened, so that its address ends when the acquaintance does."""

    def __init__(self, *, begin: UnitsOfWork) -> None:
        self._begin = begin

    async def may_see(self, viewer: UserId, photo_id: PhotoId) -> bool:
        """Whether the viewer, who was given an address of the photo in the last 15 minutes, may still see it.

        The photo has to be there and the viewer's account active. Members see their own photos and staff every one;
        others see approved ones of whom they may still see: of a match, or of who takes part and whom no block parts
        from them. That they were introduced at all, the address proves."""
        async with self._begin() as uow:
            user, photo = await uow.users.get(viewer), await uow.photos.get(photo_id)
            if user is None or user.status is not AccountStatus.ACTIVE or photo is None:
                return False
            if photo.user_id == viewer or user.role is not Role.MEMBER:
                return True
            _, known = await uow.people.known_to(viewer, [photo.user_id])
        other = known[photo.user_id]
        card = other.member.card
        if card is None or photo_id not in {shown.id for shown in card.photos}:
            return False
        return other.standing.match is not None or may_be_seen(other)
