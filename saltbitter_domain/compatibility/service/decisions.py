"""The use cases of what members decide about one another: to like, to pass, to think better of it, to block."""

from collections.abc import Sequence
from datetime import datetime

from saltbitter_domain.compatibility.acquaintance import require_acquaintance
from saltbitter_domain.compatibility.model import (
    KNOWN_FOR,
    MAX_NOTE,
    Blocked,
    Decision,
    DecisionInvalid,
    DecisionKind,
    DecisionUndone,
    Liked,
    Matched,
    NothingToUndo,
    Passed,
    Unblocked,
)
from saltbitter_domain.compatibility.service.acquainted import acquainted
from saltbitter_domain.compatibility.service.views import BlockView, DecisionOutcome
from saltbitter_domain.kernel import Clock, FieldProblem, Ids, MatchId, UserId
from saltbitter_domain.profiles.policies import LINE_BREAKS, text_problems
from saltbitter_domain.uow import UnitsOfWork, retrying


class DecisionService:
    """Each use case may be asked for again: what is decided already stays as it is."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, ids: Ids) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids

    async def decide(self, by: UserId, about: UserId, kind: DecisionKind, note: str | None = None) -> DecisionOutcome:
        """Like somebody, with a note of up to 300 characters if wished, or pass; a like that answers a like is a match.

        ``DecisionInvalid`` for the note, or for a block, which has a use case of its own; ``NotReadyToMatch``,
        ``PersonMissing`` about whoever the member does not know, ``AlreadyDecided``."""
        problems = _decision_problems(kind, note)
        if problems:
            raise DecisionInvalid("The decision cannot be sent like this.", fields=problems)
        decision = Decision(by, about, kind, self._clock.now(), note)
        return await retrying(lambda: self._decide(decision))

    async def undo(self, by: UserId, about: UserId) -> Decision:
        """Take back the member's newest decision, up to ten minutes after it; the decision that was taken back.

        They name whom it is ``about``, so that asking twice takes back one. A match that stood on it ends, whichever of
        the two likes came first, because a match is two likes. The other's like stays and may be answered again.
        ``NothingToUndo`` when their newest is not so new or about somebody else."""
        return await retrying(lambda: self._undo(by, about))

    async def block(self, by: UserId, about: UserId) -> None:
        """Part the two for as long as the member wishes: neither meets, finds or can look up the other, and to each the
        other is as somebody who never was. What they had decided, notes included, and their match are removed, because
        a block that kept them would have to hide them everywhere. Blocking again changes nothing.

        ``PersonMissing`` about whoever the member does not know."""
        await retrying(lambda: self._block(by, about))

    async def unblock(self, by: UserId, about: UserId) -> None:
        """Lift the member's block, if there is one. The two may be introduced again; no like or match comes back."""
        await retrying(lambda: self._unblock(by, about))

    async def blocks(
        self, user_id: UserId, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[BlockView]:
        """Whom the member blocks, newest first, after the block of the instant and the member in ``before``."""
        async with self._begin() as uow:
            found = await uow.decisions.blocks_of(user_id, before, limit)
            _, known = await uow.people.known_to(user_id, [block.about for block in found])
        cards = [known[block.about].member.card for block in found]
        return [
            BlockView(block.about, card.profile.content.name if card else None, block.at)
            for block, card in zip(found, cards, strict=True)
        ]

    async def _decide(self, decision: Decision) -> DecisionOutcome:
        by, about = decision.by, decision.about
        async with self._begin() as uow:
            await acquainted(uow, by, about, decision.at, ready=True)
            match = await uow.decisions.add(decision, MatchId(self._ids.new()))
            uow.emit(Liked(by, about) if decision.kind is DecisionKind.LIKE else Passed(by, about))
            if match:
                uow.emit(Matched(match.id, match.low, match.high))
            await uow.commit()
        return DecisionOutcome(decision, match)

    async def _undo(self, by: UserId, about: UserId) -> Decision:
        async with self._begin() as uow:
            last = await uow.decisions.last_by(by)
            if last is None or last.about != about or not last.can_be_undone(self._clock.now()):
                raise NothingToUndo("Only your newest like or pass can be taken back, and for ten minutes.")
            ended = await uow.decisions.undo(last)
            uow.emit(DecisionUndone(by, about, ended.id if ended else None))
            await uow.commit()
        return last

    async def _block(self, by: UserId, about: UserId) -> None:
        now = self._clock.now()
        async with self._begin() as uow:
            (member, known), stands = await uow.together(
                uow.people.known_to(by, [about], (now - KNOWN_FOR).date()), uow.blocks.stands(by, about)
            )
            if stands:
                return
            require_acquaintance(member, known[about])
            if await uow.decisions.block(by, about, now):
                uow.emit(Blocked(by, about))
                await uow.commit()

    async def _unblock(self, by: UserId, about: UserId) -> None:
        async with self._begin() as uow:
            if await uow.decisions.unblock(by, about):
                uow.emit(Unblocked(by, about))
                await uow.commit()


def _decision_problems(kind: DecisionKind, note: str | None) -> tuple[FieldProblem, ...]:
    if kind is DecisionKind.BLOCK:
        return (FieldProblem("kind", "block_apart", "Send 'like' or 'pass'; blocks have an address of their own."),)
    if note is None:
        return ()
    if kind is not DecisionKind.LIKE:
        return (FieldProblem("note", "only_with_a_like", "A note goes with a like; a pass is silent."),)
    return tuple(text_problems("note", note, MAX_NOTE, breaks=LINE_BREAKS))
