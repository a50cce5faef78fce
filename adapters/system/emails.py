"""E-mail addresses by the email-validator library."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from saltbitter_domain.users.ports import EmailAddresses

_LONGEST = 320
"""Characters of the longest address there can be: 64, the sign, and 255 (RFC 5321, section 4.5.3.1)."""


class EmailValidatorAddresses(EmailAddresses):
    """Syntax only: whether mail arrives is known once the address is verified.

    The local part is lower-cased rather than case-folded, since folding would send the mail of ``groß@`` to ``gross@``.
    ``test_domains`` accepts addresses under ``.test``, which the demo and the tests use. With ``ascii_only`` the local
    part has to be ASCII, where the post office writes to no other (it lacks SMTPUTF8, RFC 6531).
    """

    def __init__(self, *, test_domains: bool = False, ascii_only: bool = False) -> None:
        self._test_domains = test_domains
        self._ascii_only = ascii_only

    def normalise(self, raw: str) -> str | None:
        raw = raw.strip()
        if len(raw) > _LONGEST:
            return None
        try:
            address = validate_email(
                unicodedata.normalize("NFKC", raw),
                strict=True,
                allow_smtputf8=not self._ascii_only,
                check_deliverability=False,
                test_environment=self._test_domains,
            )
        except EmailNotValidError:
            return None
        local = unicodedata.normalize("NFKC", address.local_part.lower())
        return f"{local}@{address.ascii_domain.lower()}"
