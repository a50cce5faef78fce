"""Allocation: from who may be shown to whom, to everybody's list of the day, fair to those who are shown."""

from saltbitter_domain.compatibility.allocation.daily import ALLOCATIONS, DailyRun, daily_run, next_page, policy_for
from saltbitter_domain.compatibility.allocation.figures import gini, report
from saltbitter_domain.compatibility.allocation.stable import Allocation, Edges, allocate

__all__ = [
    "ALLOCATIONS",
    "Allocation",
    "DailyRun",
    "Edges",
    "allocate",
    "daily_run",
    "gini",
    "next_page",
    "policy_for",
    "report",
]
