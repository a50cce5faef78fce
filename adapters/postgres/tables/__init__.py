"""Every table. Migrations are compared with these, so that neither can change without the other.

Words of the domain are kept as text, so that a new one needs no change of a type. Instants are ``timestamptz``."""

from adapters.postgres.tables.accounts import (
    devices,
    one_time_tokens,
    refresh_tokens,
    second_factors,
    sessions,
    sign_in_alerts,
    sign_in_tries,
    suppressed_addresses,
    users,
)
from adapters.postgres.tables.assessments import assessments_taken, attachment_assessments
from adapters.postgres.tables.base import DOCUMENT, INSTANT, NAMING, metadata
from adapters.postgres.tables.consent import consent_heads, consent_logs
from adapters.postgres.tables.house import idempotency_keys, outbox, processed
from adapters.postgres.tables.matching import (
    daily_matches,
    exposure_days,
    exposures,
    matching_runs,
    notices,
    pairs,
    populations,
    roster,
    roster_changes,
    roster_shards,
)
from adapters.postgres.tables.money import (
    gateway_events,
    gateway_expiries,
    gateway_readings,
    gateway_sweeps,
    ledger_carried,
    ledger_entries,
    money_facts,
    orders,
    subscriptions,
)
from adapters.postgres.tables.notifications import held_pushes, notification_settings, push_subscriptions
from adapters.postgres.tables.privacy import (
    audit_head,
    audit_log,
    breach_entries,
    breach_members,
    data_export_requests,
    review_requests,
    traces,
)
from adapters.postgres.tables.profiles import photos, profiles, removed_photos

__all__ = [
    "DOCUMENT",
    "INSTANT",
    "NAMING",
    "assessments_taken",
    "attachment_assessments",
    "audit_head",
    "audit_log",
    "breach_entries",
    "breach_members",
    "consent_heads",
    "consent_logs",
    "daily_matches",
    "data_export_requests",
    "devices",
    "exposure_days",
    "exposures",
    "gateway_events",
    "gateway_expiries",
    "gateway_readings",
    "gateway_sweeps",
    "held_pushes",
    "idempotency_keys",
    "ledger_carried",
    "ledger_entries",
    "matching_runs",
    "metadata",
    "money_facts",
    "notices",
    "notification_settings",
    "one_time_tokens",
    "orders",
    "outbox",
    "pairs",
    "photos",
    "populations",
    "processed",
    "profiles",
    "push_subscriptions",
    "refresh_tokens",
    "removed_photos",
    "review_requests",
    "roster",
    "roster_changes",
    "roster_shards",
    "second_factors",
    "sessions",
    "sign_in_alerts",
    "sign_in_tries",
    "subscriptions",
    "suppressed_addresses",
    "traces",
    "users",
]
