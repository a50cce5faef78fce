"""Use cases of accounts: being let in (``AuthService``), proving and regaining (``RecoveryService``),
being shut out (``SuspensionService``), becoming staff (``RoleService``), the second factor, its removal by staff,
passkeys, another address, known devices, leaving, mail, and where none goes."""

from saltbitter_domain.users.service.auth import AuthService
from saltbitter_domain.users.service.bars import BarService
from saltbitter_domain.users.service.delivery import DeliveryService, SparingMailer
from saltbitter_domain.users.service.devices import DeviceService, SignInCeiling
from saltbitter_domain.users.service.email_change import EmailChangeService
from saltbitter_domain.users.service.erasure import ErasureService, ReplayService
from saltbitter_domain.users.service.factor_removal import FactorRemovalService
from saltbitter_domain.users.service.leaving import Leave, LeavingService
from saltbitter_domain.users.service.mail import AccountMail
from saltbitter_domain.users.service.passkeys import PasskeyService
from saltbitter_domain.users.service.recovery import RecoveryService
from saltbitter_domain.users.service.registration import SignUpLimit
from saltbitter_domain.users.service.roles import RoleService
from saltbitter_domain.users.service.second_factor import SecondFactorService
from saltbitter_domain.users.service.suspension import SuspensionService

__all__ = [
    "AccountMail",
    "AuthService",
    "BarService",
    "DeliveryService",
    "DeviceService",
    "EmailChangeService",
    "ErasureService",
    "FactorRemovalService",
    "Leave",
    "LeavingService",
    "PasskeyService",
    "RecoveryService",
    "ReplayService",
    "RoleService",
    "SecondFactorService",
    "SignInCeiling",
    "SignUpLimit",
    "SparingMailer",
    "SuspensionService",
]
