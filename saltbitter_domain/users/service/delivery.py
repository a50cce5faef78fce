"""No mail goes where mails come back from, or where they are not wanted: it would cost all others their delivery."""

from saltbitter_domain.kernel import Clock
from saltbitter_domain.uow import UnitsOfWork, sweep
from saltbitter_domain.users.model.delivery import SUPPRESSED_FOR, DeliveryReportsOff, Suppression
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.ports import DeliveryReports, EmailAddresses, Mail, Mailer, Secrets

_SUPPRESSED = "suppressed"
"""The purpose under which keys are derived from addresses, so that the list is none of addresses."""


class DeliveryService:
    """Takes in what the post office reports, and knows which addresses get no mail."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        addresses: EmailAddresses,
        secrets: Secrets,
        reports: DeliveryReports | None,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._addresses = addresses
        self._secrets = secrets
        self._reports = reports

    async def receive(self, body: bytes) -> None:
        """Send no more mail to the addresses that a report is about. Doing it again changes nothing.

        Raises ``DeliveryReportRefused``, ``DeliveryReportUnchecked``, and ``DeliveryReportsOff`` where no post office
        reports."""
        if self._reports is None:
            raise DeliveryReportsOff("No post office reports here.")
        now = self._clock.now()
        report = await self._reports.read(body)
        if report is None:
            return
        async with self._begin() as uow:
            for email in report.emails:
                await uow.suppressions.put(Suppression(self._hash(email), report.kind, now))
            await uow.commit()

    async def reaches(self, email: str) -> bool:
        """Whether mail goes to this address."""
        async with self._begin() as uow:
            return await uow.suppressions.get(self._hash(email)) is None

    async def forget_suppressions(self) -> int:
        """Sweep: try addresses again a year after the last report; how many."""
        before = self._clock.now() - SUPPRESSED_FOR
        return await sweep(self._begin, lambda uow, limit: uow.suppressions.forget(before, limit))

    def _hash(self, email: str) -> str:
        return hash_token(self._secrets.derived(_SUPPRESSED, self._addresses.normalise(email) or email))


class SparingMailer(Mailer):
    """Passes on every mail but those to addresses that get none."""

    def __init__(self, mailer: Mailer, delivery: DeliveryService) -> None:
        self._mailer = mailer
        self._delivery = delivery

    async def send(self, mail: Mail) -> None:
        if await self._delivery.reaches(mail.to):
            await self._mailer.send(mail)
