"""Schemathesis over the OpenAPI document, and what it comes to."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.fuzz.callers import Callers, Forger

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
PHASES: Sequence[str] = ("examples", "coverage", "fuzzing", "stateful")
MANY = 3000
MORE, FEW = 25, 4
"""Examples of each operation in a round, of at least so many requests and of fewer."""

CHECKS: Mapping[str, Any] = {
    # Tokens, versions of texts, passwords, cards and what a member has already decided are rules that no schema can
    # state, so that a well-formed request may be refused as 402, 409, 412 or 422; it may not be refused as malformed.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "402", "403", "404", "409", "412", "422", "429"]},
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
    },
    # A missing If-Match is 428 (RFC 6585), of which the check does not know.
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "415", "422", "428", "429"]},
    # A POST repeated under its Idempotency-Key is answered as before, though what it made may be deleted by now.
    "ensure_resource_availability": {"enabled": False},
    # These two send what they like in place of our token; tests/http/test_authorisation_matrix.py asks more.
    "ignored_auth": {"enabled": False},
    "object_level_authorization": {"enabled": False},
}
SCHEMA_CHECKS = frozenset(
    {
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    }
)


@attrs.frozen
class Failure:
    """A check that failed, with the command that repeats it."""

    check: str
    operation: str
    message: str
    command: str = attrs.field(repr=False)


@attrs.define
class Outcome:
    """What came of all requests so far. ``broken`` are errors of the generator itself, after which it proves less."""

    operations: int
    statuses: Counter[int] = attrs.field(factory=Counter)
    phases: Counter[str] = attrs.field(factory=Counter)
    succeeded: set[str] = attrs.field(factory=set)
    failures: dict[tuple[str, str, str], Failure] = attrs.field(factory=dict)
    broken: list[str] = attrs.field(factory=list)
    admitted: set[str] = attrs.field(factory=set)
    """Operations for members that answered somebody whose token was good for nothing."""

    @property
    def cases(self) -> int:
        return self.statuses.total()

    @property
    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def add(self, forged: "Outcome", for_members: set[str]) -> None:
        """Add what came of requests with bad tokens."""
        self.statuses += forged.statuses
        self.phases += forged.phases
        self.failures |= forged.failures
        self.broken += forged.broken
        self.admitted |= forged.succeeded & for_members

    def failed(self, checks: frozenset[str] | None = None) -> Sequence[Failure]:
        """What these checks found, or all others than server errors and conformance."""
        known = SCHEMA_CHECKS | {"not_a_server_error"}
        return [
            found for found in self.failures.values() if (found.check in checks if checks else found.check not in known)
        ]


def fuzz(
    url: str,
    document: Mapping[str, Any],
    caller: Callers | Forger | None,
    *,
    cases: int,
    seed: int,
    into: Outcome,
    coverage: bool = False,
    briefly: bool = False,
) -> None:
    """Send at least ``cases`` more generated requests to ``url``, as ``caller`` or as nobody.

    The first round has the examples and, if asked, the coverage phase, which enumerates bounds, missing and surplus
    values in some 2,000 requests; then fuzzing and sequences of calls go on, each round from the next seed. ``briefly``
    each operation is asked once or twice in a round, and no sequence of them."""
    goal = into.cases + cases
    examples = 1 if briefly else MORE if cases >= MANY else FEW
    single: Sequence[str] = ("examples", "coverage", "fuzzing") if coverage else ("examples", "fuzzing")
    if briefly:
        single = ("fuzzing",)
    while into.cases < goal:
        for phases, alone in ((single, False), (("stateful",), True)):
            if alone and briefly:
                continue
            if caller is not None:
                caller.begin(alone=alone)
            for event in _run(url, document, caller, phases, examples, seed):
                _note(event, into)
                _show_progress(into.cases, goal)
        single, seed = ("fuzzing",), seed + 1


def _run(
    url: str,
    document: Mapping[str, Any],
    caller: Callers | Forger | None,
    phases: Sequence[str],
    examples: int,
    seed: int,
) -> Iterator[events.EngineEvent]:
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": url,
            "request-timeout": 30,
            "continue-on-failure": True,
            "generation": {
                "database": "none",
                "max-examples": examples,
                "no-shrink": True,
                "with-security-parameters": False,
            },
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "checks": CHECKS,
            # What makes bytes a photograph is beyond any schema, and so is what signs a message.
            "operations": [
                {"include-operation-id": each, "checks": {"positive_data_acceptance": {"enabled": False}}}
                for each in ("upload_photo", "stripe")
            ],
        }
    )
    schema = schemathesis.openapi.from_dict(dict(document), config=config)
    if caller is not None:
        schema.auth.set_from_requests(caller)
    return iter(from_schema(schema).execute())


def _show_progress(done: int, of: int) -> None:
    """One line on a terminal, rewritten as the run goes on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r  {done:,} of {of:,} requests" + "\n" * (done >= of))


def _note(event: events.EngineEvent, into: Outcome) -> None:
    if isinstance(event, events.NonFatalError):
        into.broken.append(f"{event.label}: {event.info.title}: {event.info.message}")
    if not isinstance(event, events.ScenarioFinished):
        return
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        status = interaction.response.status_code if interaction.response else 599
        into.statuses[status] += 1
        into.phases[event.phase.value] += 1
        if status < 300 and case_id in recorder.cases:
            into.succeeded.add(recorder.cases[case_id].value.operation.label)
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                found = Failure(check.name, failure.operation or "", failure.message, check.failure_info.code_sample)
                into.failures.setdefault((found.check, found.operation, failure.title), found)


def register_photographs() -> None:
    """Let photographs be among the bodies of uploads; random bytes are hardly ever one."""
    for suffix, media_type in ((".jpg", "image/jpeg"), (".png", "image/png"), (".webp", "image/webp")):
        pictures = [path.read_bytes() for path in sorted(PHOTOS.glob(f"*{suffix}"))]
        schemathesis.openapi.media_type(media_type, st.sampled_from(pictures) | st.binary(max_size=64))
