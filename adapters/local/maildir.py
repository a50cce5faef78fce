"""A post office that delivers into a Maildir, from which a mail program or an operator's relay takes the mails."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

from saltbitter_domain.kernel import Clock
from saltbitter_domain.users.ports import Mail, Mailer

SENDER = "SaltBitter <no-reply@saltbitter.invalid>"


class MaildirMailer(Mailer):
    """One file a mail, named by its key, so that handing it over again changes nothing."""

    def __init__(self, folder: str, clock: Clock) -> None:
        self._folder = Path(folder)
        self._clock = clock

    def open(self) -> None:
        """Make the three folders of a Maildir where they are missing."""
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._deliver, mail)

    def _deliver(self, mail: Mail) -> None:
        name = mail.key.hex
        if any((self._folder / "cur").glob(f"{name}*")):
            return
        message = EmailMessage()
        message["From"] = SENDER
        message["To"] = mail.to
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{name}@saltbitter.invalid>"
        message["Subject"] = mail.template.replace("_", " ").capitalize()
        message["X-SaltBitter-Template"] = mail.template
        message.set_content("".join(f"{field}: {value}\n" for field, value in mail.data.items()))
        with tempfile.NamedTemporaryFile(dir=self._folder / "tmp", delete=False) as file:
            file.write(bytes(message))
        Path(file.name).replace(self._folder / "new" / name)


def mails_to(folder: str, address: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """The template and the fields of every mail that waits for this address, newest first."""
    found = []
    for path in sorted((Path(folder) / "new").glob("*"), reverse=True):
        message = BytesParser(policy=default).parsebytes(path.read_bytes())
        if str(message["To"]) == address:
            body: str = message.get_content()
            fields = dict(line.split(": ", 1) for line in body.splitlines() if ": " in line)
            found.append((str(message["X-SaltBitter-Template"]), fields))
    return found
