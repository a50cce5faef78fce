"""How severe a breach is, after ENISA, Recommendations for a methodology of the assessment of severity of personal data
breaches (working document, v1.0, December 2013): SE = DPC x EI + CB.

DPC is the score of the context of the data, EI how easily people are identified by it (a quarter to one), CB the sum
of the circumstances: a quarter for each limited loss, a half for each unbounded one and for malice. Below 2 is low,
below 3 medium, below 4 high, and 4 or more very high. All is counted in quarters here, so that nothing is rounded.
"""

from saltbitter_domain.breaches.model import DataContext, Identification, Level, Loss, Severity

_CONTEXT = {context: score for score, context in enumerate(DataContext, 1)}
_IDENTIFICATION = {ease: quarters for quarters, ease in enumerate(Identification, 1)}
_LOSS = {loss: quarters for quarters, loss in enumerate(Loss)}
_MALICE = 2


def quarters(severity: Severity) -> int:
    """SE in quarters."""
    losses = (severity.confidentiality, severity.integrity, severity.availability)
    circumstances = sum(_LOSS[loss] for loss in losses) + _MALICE * severity.malicious
    return _CONTEXT[severity.context] * _IDENTIFICATION[severity.identification] + circumstances


def score(severity: Severity) -> float:
    """SE, from 0.25 to 6.0, exactly."""
    return quarters(severity) / 4


def level(severity: Severity) -> Level:
    """The level SE falls into."""
    se = quarters(severity)
    if se >= 16:
        return Level.VERY_HIGH
    if se >= 12:
        return Level.HIGH
    return Level.MEDIUM if se >= 8 else Level.LOW


def members_to_be_told(severity: Severity) -> bool:
    """Whether the risk to members is likely to be high, so that they are to be told too (Art. 34(1) GDPR): from a high
    level on. Product rule."""
    return level(severity) in (Level.HIGH, Level.VERY_HIGH)


def authority_to_be_told(severity: Severity | None) -> bool:
    """Whether the authority is to be told (Art. 33(1) GDPR): always, unless a risk is unlikely, which a low level is
    taken for. What was not assessed yet may be a risk. Product rule."""
    return severity is None or level(severity) is not Level.LOW
