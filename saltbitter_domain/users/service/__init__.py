"""Use cases of accounts: being let in (``AuthService``), proving and regaining (``RecoveryService``), and mail."""

from saltbitter_domain.users.service.auth import AuthService
from saltbitter_domain.users.service.mail import AccountMail
from saltbitter_domain.users.service.recovery import RecoveryService

__all__ = ["AccountMail", "AuthService", "RecoveryService"]
