"""How a photo is decided on, and which comes first."""

from collections.abc import Sequence

import attrs

from saltbitter_domain.kernel import FieldProblem, PhotoId, UserId
from saltbitter_domain.profiles.model import (
    AWAITING_STAFF,
    AnotherPersonMustDecide,
    NothingToDecide,
    Photo,
    PhotoOrderInvalid,
    PhotoState,
    PrimaryPhotoUnfit,
    RefusalReason,
    ReviewInvalid,
)
from saltbitter_domain.profiles.ports import Rendered

_ABOUT_FACES = (RefusalReason.NO_FACE, RefusalReason.SEVERAL_FACES)


@attrs.frozen
class Examined:
    """What was found in a photo: its renditions, how many clear faces it shows (None when nobody could count them),
    what is objected to, and whether a moderator has judged it at all."""

    rendered: Rendered
    faces: int | None
    objection: RefusalReason | None
    moderated: bool


def decided(photo: Photo, found: Examined | RefusalReason) -> Photo:
    """The photo after it was looked at; a reason when nothing could be made of it.

    It is refused for an objection, else, when it is the primary and its faces were counted, unless it shows exactly
    one. What is not refused waits for staff unless a moderator has judged it and, of the primary, its faces were
    counted."""
    if isinstance(found, RefusalReason):
        return attrs.evolve(photo, state=PhotoState.REFUSED, refusal=found)
    refusal = found.objection
    if refusal is None and photo.position == 0 and found.faces not in {None, 1}:
        refusal = RefusalReason.SEVERAL_FACES if found.faces else RefusalReason.NO_FACE
    judged = found.moderated and (photo.position != 0 or found.faces is not None)
    return attrs.evolve(
        photo,
        state=PhotoState.REFUSED if refusal else _welcome(judged),
        refusal=refusal,
        moderated=found.moderated and found.objection is None,
        faces=found.faces,
        width=found.rendered.width,
        height=found.rendered.height,
        blurhash=found.rendered.blurhash,
        perceptual_hash=found.rendered.perceptual_hash,
    )


def reviewed(photo: Photo, staff_id: UserId, refusal: RefusalReason | None, reason: str | None) -> Photo:
    """A photo that waited for staff after a person decided: approved when there is no refusal.

    ``reason`` is for its owner, and may be left out for what is approved at the first look. A person who approves a
    first photo says that it shows one face, and one who refuses it for its faces that no machine counted right.
    ``NothingToDecide`` unless it waited; ``AnotherPersonMustDecide``; ``ReviewInvalid`` for a refusal that only
    machines give, one about faces of a photo that is not the first, or when a reason is missing."""
    if photo.state not in AWAITING_STAFF:
        raise NothingToDecide("Nobody waits for a decision on this photo. Look at the list again.")
    if staff_id in {photo.user_id, photo.decided_by}:
        raise AnotherPersonMustDecide("It is your own photo, or an appeal against you. Leave it to a colleague.")
    if refusal not in {None, RefusalReason.NOT_ALLOWED, *(_ABOUT_FACES if photo.position == 0 else ())}:
        message = "Say not_allowed; no_face and several_faces are for first photos."
        raise ReviewInvalid(message, fields=(FieldProblem("refusal", "refusal_unfit", message),))
    if reason is None and (refusal or photo.state is PhotoState.APPEALED):
        message = "Say why: the member will read it."
        raise ReviewInvalid(message, fields=(FieldProblem("reason", "required", message),))
    faces = photo.faces
    if photo.position == 0 and refusal is None:
        faces = 1
    elif refusal in _ABOUT_FACES:
        faces = None
    return attrs.evolve(
        photo,
        state=PhotoState.APPROVED if refusal is None else PhotoState.REFUSED,
        refusal=refusal,
        moderated=refusal is not RefusalReason.NOT_ALLOWED,
        faces=faces,
        decided_by=staff_id,
        reason=reason,
    )


def taken_down(photo: Photo, staff_id: UserId, reason: str) -> Photo:
    """A photo that others saw, after a person found that they should not. Its owner may appeal, also once more.

    ``NothingToDecide`` unless it was approved; ``AnotherPersonMustDecide`` for one's own."""
    if photo.state is not PhotoState.APPROVED:
        raise NothingToDecide("Nobody else sees this photo, so there is nothing to take down.")
    if staff_id == photo.user_id:
        raise AnotherPersonMustDecide("It is your own photo: delete it, or leave it to a colleague.")
    return attrs.evolve(
        photo,
        state=PhotoState.REFUSED,
        refusal=RefusalReason.NOT_ALLOWED,
        appeal=None,
        moderated=False,
        decided_by=staff_id,
        reason=reason,
    )


def is_unjudged(photo: Photo) -> bool:
    """Whether others see a photo though neither a machine nor a person is known to have judged what it shows, as a
    release that did not write it down may have left it."""
    return photo.state is PhotoState.APPROVED and not photo.moderated and photo.decided_by is None


def is_uncounted(photo: Photo) -> bool:
    """Whether others see a photo in which nobody has counted faces, as the machine that does was away.

    Of one that a person refused for its faces nobody counts them either, and no machine is asked once more: they wrote
    why, as whoever approves at the first look need not."""
    seen = photo.state is PhotoState.APPROVED and photo.faces is None
    return seen and (photo.decided_by is None or photo.reason is None)


def lacks_first(photos: Sequence[Photo]) -> bool:
    """Whether nobody is seen, or waited for, in the first place."""
    holder = _holder(photos)
    return holder is None or holder.state is PhotoState.REFUSED


def free_position(photos: Sequence[Photo]) -> int:
    """Where the next photo goes: first when there is no primary, else last."""
    return 1 + max(photo.position for photo in photos) if _holder(photos) else 0


def in_order(photos: Sequence[Photo]) -> tuple[Photo, ...]:
    """A member's photos, given in order, with their positions closed up.

    The primary stays unless it was refused; then, or when there is none, the first photo that is fit takes its place.
    When none is fit the place stays vacant and the others follow from 1."""
    primary = _primary(photos)
    others = [photo for photo in photos if photo is not primary]
    return (
        *([] if primary is None else [_placed(primary, 0)]),
        *(_placed(photo, position) for position, photo in enumerate(others, start=1)),
    )


def arranged(photos: Sequence[Photo], order: Sequence[PhotoId]) -> tuple[Photo, ...]:
    """The photos in the order the member wishes.

    ``PhotoOrderInvalid`` unless ``order`` names each of them once; ``PrimaryPhotoUnfit`` when another photo than the
    present primary would come first and is not approved with exactly one face."""
    by_id = {photo.id: photo for photo in photos}
    if sorted(order) != sorted(by_id):
        raise PhotoOrderInvalid(
            "Name each of your photos once, in the order you wish.",
            fields=(FieldProblem("photo_ids", "not_a_permutation", "Name each of your photos once."),),
        )
    wished = [by_id[photo_id] for photo_id in order]
    if wished and wished[0] is not _primary(photos) and not _is_fit(wished[0]):
        raise PrimaryPhotoUnfit(
            "Your first photo must be approved and show your face and nobody else's. Choose another."
        )
    return tuple(_placed(photo, position) for position, photo in enumerate(wished))


def _is_fit(photo: Photo) -> bool:
    return photo.state is PhotoState.APPROVED and photo.faces == 1


def _holder(photos: Sequence[Photo]) -> Photo | None:
    return next((photo for photo in photos if photo.position == 0), None)


def _primary(photos: Sequence[Photo]) -> Photo | None:
    holder = _holder(photos)
    if holder is not None and holder.state is not PhotoState.REFUSED:
        return holder
    return next((photo for photo in photos if _is_fit(photo)), holder)


def _placed(photo: Photo, position: int) -> Photo:
    """A photo refused only because it was to be the first is welcome in any other place, once it was judged."""
    welcome = position != 0 and photo.state is PhotoState.REFUSED and photo.refusal in _ABOUT_FACES
    if welcome:
        return attrs.evolve(photo, position=position, state=_welcome(photo.moderated), refusal=None)
    return attrs.evolve(photo, position=position)


def _welcome(moderated: bool) -> PhotoState:
    return PhotoState.APPROVED if moderated else PhotoState.IN_REVIEW
