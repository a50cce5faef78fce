"""Settings that name a file, and what is read from it."""

import json
from pathlib import Path

from adapters.local.networks import NetworkTable, read_networks
from config.reader import Reader
from saltbitter_domain.assessments.catalogue import BUNDLED, questionnaire_from
from saltbitter_domain.assessments.model import Questionnaire, QuestionnaireInvalid
from saltbitter_domain.compatibility.policies.fitted import FittedPolicy


def networks(reader: Reader, name: str) -> NetworkTable:
    """The table in the named file, or an empty one without a file."""
    path = reader.text(name, "")
    if not path:
        return NetworkTable()
    try:
        return read_networks(Path(path))
    except (OSError, ValueError) as error:
        reader.refuse(name, f"{path} cannot be read: {error}")
        return NetworkTable()


def questionnaires(reader: Reader, name: str) -> tuple[Questionnaire, ...]:
    """The licensed set in the named file before the bundled ones, or the bundled ones alone."""
    path = reader.text(name, "")
    if not path:
        return BUNDLED
    try:
        document = json.loads(Path(path).read_text("utf-8"))
        licensed = questionnaire_from(document if isinstance(document, dict) else {})
    except (OSError, ValueError) as error:
        reader.refuse(name, f"{path} cannot be read as JSON: {error}")
        return BUNDLED
    except QuestionnaireInvalid as invalid:
        for fault in invalid.fields:
            reader.refuse(name, f"{path}: {fault.path}: {fault.message}")
        return BUNDLED
    if licensed.version in {bundled.version for bundled in BUNDLED}:
        reader.refuse(name, f"{path} has the version of a bundled questionnaire; give it its own")
    return (licensed, *BUNDLED)


def shadow_policy(reader: Reader, name: str) -> FittedPolicy | None:
    """The policy in the named file, one that members' traits are enough for, or None without a file."""
    from adapters.laboratory.policy_file import PolicyFileInvalid, read_policy  # few processes have one

    path = reader.text(name, "")
    if not path:
        return None
    try:
        policy = read_policy(Path(path))
    except OSError as error:
        reader.refuse(name, f"{path} cannot be read: {error.strerror}")
        return None
    except PolicyFileInvalid as invalid:
        for fault in invalid.fields:
            reader.refuse(name, f"{path}: {fault.path}: {fault.message}")
        if not invalid.fields:
            reader.refuse(name, invalid.detail)
        return None
    if not policy.runnable:
        reader.refuse(name, f"{path} has pair features, which only its data holds; fit a policy without them")
    return policy
