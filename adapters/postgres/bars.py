"""What is kept of members who were erased while they were suspended."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import sweeping
from adapters.postgres.tables import barred_marks
from saltbitter_domain.users.ports.bars import Bars


class PostgresBars(Bars):
    _PUT = Query(
        text(
            """
            INSERT INTO barred_marks AS stored (mark, until)
            SELECT DISTINCT mark, CAST(:until AS timestamptz) FROM unnest(CAST(:marks AS text[])) AS mark
            ON CONFLICT (mark) DO UPDATE SET until = greatest(stored.until, excluded.until)
            """
        ),
        "barred_marks",
    )
    _HOLD = Query(
        text("SELECT mark FROM barred_marks WHERE mark = CAST(:mark AS text) AND until > CAST(:now AS timestamptz)")
    )
    _FORGET = sweeping(barred_marks, "until <= :now")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, marks: Collection[str], until: datetime) -> None:
        await self._session.change(self._PUT, {"marks": list(marks), "until": until})

    async def hold(self, mark: str, now: datetime) -> bool:
        return await self._session.row(self._HOLD, mark=mark, now=now) is not None

    async def forget(self, now: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, now=now, limit=limit))
