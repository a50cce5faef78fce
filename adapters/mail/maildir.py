"""A post office that delivers into a Maildir, from which a mail program or an operator's relay takes the mails."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from adapters.mail.letter import Envelopes
from saltbitter_domain.users.ports import Mail, Mailer

_TEMPLATE = "X-SaltBitter-Template"


class MaildirMailer(Mailer):
    """One file a mail, named by its key, so that handing it over again changes nothing."""

    def __init__(self, folder: str, envelopes: Envelopes) -> None:
        self._folder = Path(folder)
        self._envelopes = envelopes

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
        message = self._envelopes.seal(mail)
        message[_TEMPLATE] = mail.template
        with tempfile.NamedTemporaryFile(dir=self._folder / "tmp", delete=False) as file:
            file.write(bytes(message))
        Path(file.name).replace(self._folder / "new" / name)


def mails_to(folder: str, address: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """The template of every mail that waits for this address, with its link and the token in it, newest first."""
    found = []
    for path in sorted((Path(folder) / "new").glob("*"), reverse=True):
        message = BytesParser(policy=default).parsebytes(path.read_bytes())
        if str(message["To"]) == address:
            plain = message.get_body(("plain",))
            text: str = plain.get_content() if plain else ""
            link = next(line for line in text.splitlines() if line.startswith(("https://", "http://")))
            tokens = parse_qs(urlsplit(link).query).get("token", [])
            found.append((str(message[_TEMPLATE]), {"link": link, "token": "".join(tokens)}))
    return found
