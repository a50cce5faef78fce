"""Reading refusals as a member and as a client do."""

import re

from saltbitter_domain.kernel import DomainError


def told(refusal: DomainError) -> list[tuple[str, str]]:
    """Path and code of each problem; the refusal and every problem must be told in whole sentences."""
    for sentence in (refusal.detail, *(problem.message for problem in refusal.fields)):
        assert re.fullmatch(r"[A-Z].*[a-z]+.*\.", sentence), sentence
        assert sentence != sentence.upper()
    return [(problem.path, problem.code) for problem in refusal.fields]
