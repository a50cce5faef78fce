"""The resources of the API over the application's services: the one place here that sees the container."""

from config.application import Application
from entrypoints.http.assessments import Assessments
from entrypoints.http.audit import AuditRecords
from entrypoints.http.breaches import Breaches
from entrypoints.http.compatibility import Decisions, Matches
from entrypoints.http.consent import Consents
from entrypoints.http.devices import Devices
from entrypoints.http.email import EmailChanges
from entrypoints.http.exports import Exports
from entrypoints.http.filters import Filters
from entrypoints.http.leaving import Leaving
from entrypoints.http.media import Media
from entrypoints.http.notifications import Notifications
from entrypoints.http.orders import Orders, Subscriptions
from entrypoints.http.passkeys import Passkeys
from entrypoints.http.payments import Payments
from entrypoints.http.photo_reviews import PhotoReviews
from entrypoints.http.photos import Photos
from entrypoints.http.profiles import Catalogue, Profiles
from entrypoints.http.reviews import Reviews
from entrypoints.http.search import Search
from entrypoints.http.second_factor import SecondFactors
from entrypoints.http.subscriptions import Plans
from entrypoints.http.suspensions import Suspensions
from entrypoints.http.transparency import Staff, Transparency
from entrypoints.http.users import Accounts
from entrypoints.http.webhooks import Webhooks

RESOURCES = (
    Accounts,
    SecondFactors,
    Passkeys,
    EmailChanges,
    Devices,
    Leaving,
    Exports,
    Reviews,
    Consents,
    Catalogue,
    Profiles,
    Photos,
    PhotoReviews,
    Suspensions,
    Media,
    Assessments,
    Matches,
    Decisions,
    Search,
    Notifications,
    Filters,
    Plans,
    Payments,
    Subscriptions,
    Orders,
    Transparency,
    Staff,
    AuditRecords,
    Breaches,
    Webhooks,
)


def resources(application: Application) -> list[object]:
    """Every resource, given the services it needs and nothing else."""
    adapters = application.adapters
    return [
        Accounts(application.auth(), application.recovery(), application.delivery()),
        SecondFactors(application.auth(), application.second_factors(), application.factor_removal()),
        Passkeys(application.passkeys()),
        EmailChanges(application.email_changes()),
        Devices(application.devices()),
        Leaving(application.leaving()),
        Exports(application.exports()),
        Reviews(application.reviews()),
        Consents(application.consents()),
        Catalogue(),
        Profiles(application.profiles(), adapters.clock()),
        Photos(application.photos()),
        PhotoReviews(application.photo_reviews()),
        Suspensions(application.suspensions()),
        Media(adapters.photo_store(), application.pictures(), adapters.clock()),
        Assessments(application.attachment()),
        Matches(application.matching()),
        Decisions(application.decisions()),
        Search(application.search()),
        Notifications(application.notifications()),
        Filters(application.filters()),
        Plans(application.subscriptions()),
        Payments(application.payments(), adapters.settings().seller),
        Subscriptions(application.orders()),
        Orders(application.orders()),
        Transparency(application.transparency()),
        Staff(application.transparency()),
        AuditRecords(application.audit()),
        Breaches(application.breaches(), adapters.clock()),
        Webhooks(application.reconciliation(), application.delivery()),
    ]
