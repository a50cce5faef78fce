"""Policy files: a fitted policy as JSON, versioned, written whole and read strictly."""

import json
from pathlib import Path
from typing import Any

from adapters.laboratory import strict
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, FittedPolicy
from saltbitter_domain.kernel import FieldProblem, Invalid

FORMAT = "saltbitter-policy"
VERSION = 1
"""Of the file's layout. A reader refuses every version it was not written for."""


class PolicyFileInvalid(Invalid):
    """The file holds no policy that can be run; ``fields`` names every fault."""

    code = "policy_file_invalid"


def write_policy(policy: FittedPolicy, path: Path) -> None:
    """Write the file, whose folder is made when it is missing."""
    document = {"format": FORMAT, "version": VERSION, **_converter.unstructure(policy)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def read_policy(path: Path) -> FittedPolicy:
    """The policy in this file. ``PolicyFileInvalid`` names every fault by its field; ``OSError`` when it cannot be
    read."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise PolicyFileInvalid(f"{path} is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise PolicyFileInvalid(f"{path} is not a policy file.")
    kind = (document.pop("format", None), document.pop("version", None))
    if kind != (FORMAT, VERSION):
        fault = FieldProblem("format", "version", f"must be {FORMAT} of version {VERSION}, not {kind[0]} of {kind[1]}")
        raise PolicyFileInvalid(f"{path} is not a policy file that this release reads.", fields=(fault,))
    return _structured(document, path)


def _structured(document: dict[str, Any], path: Path) -> FittedPolicy:
    try:
        return _converter.structure(document, FittedPolicy)
    except Exception as error:
        raise PolicyFileInvalid(f"{path} holds no policy.", fields=strict.problems_of(error)) from error


_converter = strict.converter(Factor, FeatureKind)
