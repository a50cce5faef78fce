"""The application: every service over the adapters of a mode, and which listener reacts to which event."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from dependency_injector import containers, providers

from config.data_register import data_register
from saltbitter_domain.assessments.service import AttachmentService
from saltbitter_domain.audit.service import AuditService
from saltbitter_domain.breaches.service import BreachService, DetectionService
from saltbitter_domain.compatibility.service import (
    DailyRunService,
    DecisionService,
    FilterService,
    FollowingService,
    MatchingService,
    PictureService,
)
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.exports.service import ExportService
from saltbitter_domain.kernel import EventId
from saltbitter_domain.ledger.service import MoneyMail, PaymentService
from saltbitter_domain.notifications.service import NotificationService
from saltbitter_domain.orders.service import OrderService
from saltbitter_domain.payments.service import ReconciliationService
from saltbitter_domain.profiles.service import PhotoReviewService, PhotoService, ProfileService
from saltbitter_domain.reviews.service import ReviewService
from saltbitter_domain.search.service import AcquaintanceSearch
from saltbitter_domain.subscriptions.service import SubscriptionService
from saltbitter_domain.transparency.service import TransparencyService
from saltbitter_domain.users.service import (
    AccountMail,
    AuthService,
    BarService,
    DeliveryService,
    DeviceService,
    EmailChangeService,
    ErasureService,
    FactorRemovalService,
    LeavingService,
    PasskeyService,
    RecoveryService,
    SecondFactorService,
    SignInCeiling,
    SignUpLimit,
    SparingMailer,
    SuspensionService,
)

Listener = Callable[[EventId, Any], Awaitable[None]]
"""Reacts to one event, which may come again: what it does is marked as done in its own transaction, or is told to be
done already by the state it finds, or by the key it hands to the outside party."""

Listeners = Mapping[str, Sequence[tuple[str, Listener]]]
"""By the name of the event: each listener, and the name it has in the log."""


def listeners(
    auth: AuthService,
    account_mail: AccountMail,
    devices: DeviceService,
    suspensions: SuspensionService,
    bars: BarService,
    profiles: ProfileService,
    photos: PhotoService,
    matching: MatchingService,
    following: FollowingService,
    runs: DailyRunService,
    orders: OrderService,
    reconciliation: ReconciliationService,
    money_mail: MoneyMail,
    exports: ExportService,
    breaches: BreachService,
    notifications: NotificationService,
) -> Listeners:
    """Every reaction there is."""
    return {
        "users.registered": [
            ("follow_address", following.follow_address),
            ("mail_verification", account_mail.send_verification),
        ],
        "users.device_shown": [("follow_device", following.follow_device)],
        "users.email_verified": [
            ("suspend_again", bars.suspend_again),
            ("follow_address", following.follow_address),
            ("welcome", runs.welcome),
        ],
        "users.verification_requested": [("mail_verification", account_mail.send_verification)],
        "users.registration_repeated": [("mail_already_registered", account_mail.send_already_registered)],
        "users.reset_requested": [("mail_reset", account_mail.send_reset)],
        "users.email_change_requested": [("mail_email_change", account_mail.send_email_change)],
        "users.email_change_announced": [("mail_email_change_asked", account_mail.send_email_change_asked)],
        "users.sign_in_noticed": [
            ("record_alert", devices.record_alert),
            ("mail_sign_in_noticed", account_mail.send_sign_in_noticed),
        ],
        "users.erasure_requested": [
            ("mail_leaving", account_mail.send_leaving),
            ("cancel_for_leaving", orders.cancel_for_leaving),
        ],
        "users.password_changed": [("mail_password_changed", account_mail.send_password_changed)],
        "users.second_factor_added": [("mail_second_factor_added", account_mail.send_second_factor_added)],
        "users.second_factor_removed": [("mail_second_factor_removed", account_mail.send_second_factor_removed)],
        "users.second_factor_removed_by_staff": [
            ("mail_second_factor_removed_by_staff", account_mail.send_second_factor_removed_by_staff),
        ],
        "users.recovery_code_used": [("mail_recovery_code_used", account_mail.send_recovery_code_used)],
        "users.passkey_added": [("mail_passkey_added", account_mail.send_passkey_added)],
        "users.passkey_removed": [("mail_passkey_removed", account_mail.send_passkey_removed)],
        "users.suspended": [("mail_suspended", account_mail.send_suspended)],
        "users.restored": [("mail_restored", account_mail.send_restored)],
        "users.sessions_ended": [
            ("revoke_ended", auth.revoke_ended),
            ("mail_session_replayed", account_mail.send_session_replayed),
            ("sign_off_ended", notifications.sign_off_ended),
        ],
        "profiles.photo_uploaded": [("process_photo", photos.process)],
        "profiles.photo_decided": [("welcome", runs.welcome), ("choose_first_photo", photos.choose_first)],
        "profiles.photo_reviewed": [("mail_photo_reviewed", account_mail.send_photo_reviewed)],
        "profiles.owner_seems_under_age": [("suspend_under_age", suspensions.suspend_under_age)],
        "profiles.photo_deleted": [
            ("remove_photo_files", photos.remove_files),
            ("choose_first_photo", photos.choose_first),
        ],
        "assessments.submitted": [("welcome", runs.welcome)],
        "profiles.created": [("forget_unagreed", profiles.forget_unagreed)],
        "consent.withdrawn": [
            ("forget_location", profiles.forget_location),
            ("forget_sensitive", profiles.forget_sensitive),
        ],
        "compatibility.daily_matches_made": [
            ("notify_daily", matching.notify_daily),
            ("hold_daily", notifications.hold_daily),
        ],
        "compatibility.morning_due": [("make_shard", runs.make_shard)],
        "payments.customer_changed": [("read_customer", reconciliation.read_customer)],
        "payments.grace_began": [("mail_grace", money_mail.send_grace)],
        "payments.renewal_cancelled": [("mail_cancelled", money_mail.send_cancelled)],
        "payments.subscription_ended": [("mail_ended", money_mail.send_ended)],
        "payments.renewal_due": [("mail_reminder", money_mail.send_reminder)],
        "orders.spending_reached": [("mail_spending", money_mail.send_spending)],
        "ledger.booked": [("mail_booked", money_mail.send_booked)],
        "reviews.answered": [("mail_review_answered", account_mail.send_review_answered)],
        "exports.requested": [("make_export", exports.make)],
        "exports.ready": [("mail_export", exports.send_ready)],
        "exports.removed": [("remove_archive", exports.remove_archive)],
        "compatibility.matched": [
            ("notify_match", matching.notify_match),
            ("hold_match", notifications.hold_match),
        ],
        "notifications.push_due": [("push", notifications.push)],
        "breaches.scope_assessed": [("find_affected", breaches.find_affected)],
        "breaches.notices_ordered": [("divide_breach_notices", breaches.divide_notices)],
        "breaches.notices_due": [("mail_breach_notices", breaches.send_notices)],
    }


class Application(containers.DeclarativeContainer):
    """Services are singletons without state of their own; ``adapters`` is the container of the mode."""

    adapters = providers.DependenciesContainer()

    _of_passwords: ClassVar[dict[str, Any]] = {
        "begin": adapters.begin,
        "clock": adapters.clock,
        "hasher": adapters.hasher,
        "secrets": adapters.secrets,
        "revocations": adapters.revocations,
    }
    _of_accounts: ClassVar[dict[str, Any]] = {
        **_of_passwords,
        "ids": adapters.ids,
        "addresses": adapters.addresses,
        "advisor": adapters.advisor,
        "access_tokens": adapters.access_tokens,
    }
    delivery = providers.Singleton(
        DeliveryService,
        begin=adapters.begin,
        clock=adapters.clock,
        addresses=adapters.addresses,
        secrets=adapters.secrets,
        reports=adapters.delivery_reports,
    )
    mailer = providers.Singleton(SparingMailer, adapters.mailer, delivery)
    auth = providers.Singleton(
        AuthService,
        **_of_accounts,
        codes=adapters.codes,
        places=adapters.network_places,
        ceiling=providers.Singleton(SignInCeiling, adapters.rate_limits, adapters.settings.provided.sign_in_ceiling),
        sign_ups=providers.Singleton(SignUpLimit, adapters.rate_limits),
        pace=adapters.pace,
    )
    recovery = providers.Singleton(RecoveryService, **_of_accounts)
    second_factors = providers.Singleton(SecondFactorService, **_of_passwords, codes=adapters.codes)
    factor_removal = providers.Singleton(FactorRemovalService, **_of_passwords)
    passkeys = providers.Singleton(
        PasskeyService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        hasher=adapters.hasher,
        secrets=adapters.secrets,
        codes=adapters.codes,
        ceremonies=adapters.ceremonies,
        access_tokens=adapters.access_tokens,
        places=adapters.network_places,
    )
    devices = providers.Singleton(
        DeviceService, begin=adapters.begin, clock=adapters.clock, places=adapters.network_places
    )
    email_changes = providers.Singleton(
        EmailChangeService, **_of_passwords, ids=adapters.ids, addresses=adapters.addresses, codes=adapters.codes
    )
    leaving = providers.Singleton(LeavingService, **_of_passwords, register=providers.Callable(data_register))
    suspensions = providers.Singleton(
        SuspensionService, begin=adapters.begin, clock=adapters.clock, revocations=adapters.revocations
    )
    bars = providers.Singleton(
        BarService, begin=adapters.begin, clock=adapters.clock, secrets=adapters.secrets, suspensions=suspensions
    )
    erasure = providers.Singleton(
        ErasureService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        ledger=adapters.erasure_ledger,
        mailer=mailer,
        register=providers.Callable(data_register),
        secrets=adapters.secrets,
        public_url=adapters.settings.provided.public_url,
        gateway=adapters.payment_gateway,
    )
    account_mail = providers.Singleton(
        AccountMail,
        begin=adapters.begin,
        clock=adapters.clock,
        secrets=adapters.secrets,
        mailer=mailer,
        limits=adapters.rate_limits,
        register=providers.Callable(data_register),
        places=adapters.network_places,
        public_url=adapters.settings.provided.public_url,
    )
    consents = providers.Singleton(ConsentService, begin=adapters.begin, clock=adapters.clock, ids=adapters.ids)
    profiles = providers.Singleton(ProfileService, begin=adapters.begin, clock=adapters.clock, places=adapters.places)
    photos = providers.Singleton(
        PhotoService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        store=adapters.photo_store,
        editor=adapters.photo_editor,
        faces=adapters.faces,
        moderator=adapters.moderator,
    )
    audit = providers.Singleton(AuditService, begin=adapters.begin, clock=adapters.clock)
    detection = providers.Singleton(DetectionService, begin=adapters.begin, clock=adapters.clock, ids=adapters.ids)
    breaches = providers.Singleton(
        BreachService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        mailer=adapters.mailer,
        public_url=adapters.settings.provided.public_url,
        contact=adapters.settings.provided.privacy_contact,
        language=adapters.settings.provided.mail_language,
    )
    exports = providers.Singleton(
        ExportService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        reauthenticated=second_factors.provided.proven,
        secrets=adapters.secrets,
        mailer=mailer,
        archives=adapters.archives,
        photos=adapters.photo_store,
        register=providers.Callable(data_register),
        public_url=adapters.settings.provided.public_url,
    )
    photo_reviews = providers.Singleton(
        PhotoReviewService, begin=adapters.begin, clock=adapters.clock, store=adapters.photo_store
    )
    reviews = providers.Singleton(ReviewService, begin=adapters.begin, clock=adapters.clock, ids=adapters.ids)
    attachment = providers.Singleton(
        AttachmentService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        questionnaires=adapters.settings.provided.questionnaires,
    )
    subscriptions = providers.Singleton(SubscriptionService, begin=adapters.begin)
    payments = providers.Singleton(PaymentService, begin=adapters.begin)
    money_mail = providers.Singleton(
        MoneyMail,
        begin=adapters.begin,
        clock=adapters.clock,
        mailer=mailer,
        public_url=adapters.settings.provided.public_url,
    )
    orders = providers.Singleton(
        OrderService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        gateway=adapters.payment_gateway,
        public_url=adapters.settings.provided.public_url,
    )
    reconciliation = providers.Singleton(
        ReconciliationService, begin=adapters.begin, clock=adapters.clock, records=adapters.payment_records
    )
    matching = providers.Singleton(
        MatchingService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        engine=adapters.match_engine,
        photos=adapters.photo_store,
        crowd_holds=adapters.crowd_holds,
    )
    notifications = providers.Singleton(
        NotificationService,
        begin=adapters.begin,
        clock=adapters.clock,
        push=adapters.push,
        hosts=adapters.settings.provided.push_services,
    )
    decisions = providers.Singleton(DecisionService, begin=adapters.begin, clock=adapters.clock, ids=adapters.ids)
    following = providers.Singleton(
        FollowingService, begin=adapters.begin, clock=adapters.clock, secrets=adapters.secrets
    )
    search = providers.Singleton(
        AcquaintanceSearch,
        begin=adapters.begin,
        clock=adapters.clock,
        search=adapters.profile_search,
        photos=adapters.photo_store,
    )
    pictures = providers.Singleton(PictureService, begin=adapters.begin)
    filters = providers.Singleton(FilterService, begin=adapters.begin, clock=adapters.clock)
    transparency = providers.Singleton(
        TransparencyService, clock=adapters.clock, reports=adapters.matching_reports, runs=adapters.matching_runs
    )
    daily_runs = providers.Singleton(
        DailyRunService,
        begin=adapters.begin,
        clock=adapters.clock,
        ids=adapters.ids,
        engine=adapters.match_engine,
        runs=adapters.matching_runs,
    )
    listeners = providers.Singleton(
        listeners,
        auth=auth,
        account_mail=account_mail,
        devices=devices,
        suspensions=suspensions,
        bars=bars,
        profiles=profiles,
        photos=photos,
        matching=matching,
        following=following,
        runs=daily_runs,
        orders=orders,
        reconciliation=reconciliation,
        money_mail=money_mail,
        exports=exports,
        breaches=breaches,
        notifications=notifications,
    )
