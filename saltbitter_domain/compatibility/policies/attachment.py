"""How two people's attachment fits: one symmetric form, bilinear in (1, anxiety, avoidance) of each person.

With both scores moved from [1, 7] to x (anxiety) and v (avoidance) in [0, 1], two people fit by

    fit = 1 - [2 (x + x') + 3 (v + v') + 4 (x v' + v x') - 2 x x' + 4 v v'] / 20

The coefficients are the product's, the smallest whole numbers that span [0, 1] exactly and hold these orderings:

* secure with secure is highest: the form falls, or stays, in each of the four scores, and strictly leaves 1;
* anxious–avoidant lies below anxious–anxious: own anxiety weighs less beside an anxious partner (- 2 x x') and more
  beside an avoidant one (+ 4 x v');
* it falls in the partner's avoidance whoever one is (slope at least 3/20), and more so the less secure one is;
* a step of avoidance never costs less than the same step of anxiety (their slopes differ by at least 1/20);
* fearful is never below everything else: beside a secure partner it lies above anxious–avoidant and
  avoidant–avoidant, and beside a wholly anxious partner it is no lower than avoidant.

Corners, anxiety and avoidance at 1 or 7: secure with secure 1, anxious 0.90, avoidant 0.85, fearful 0.75; anxious with
anxious 0.90, avoidant 0.55, fearful 0.55; avoidant with avoidant 0.50, fearful 0.20; fearful with fearful 0.

Sources of the signs: Li & Chan 2012 (Eur J Soc Psychol 42, 406: avoidance takes more from satisfaction and support than
anxiety) and the actor-by-partner interactions of PMC8336265 (2020; anxiety matters less beside anxious, more beside
avoidant partners, avoidance more beside anxious or avoidant ones). The sizes are not measured: the product's judgement.
"""

from saltbitter_domain.assessments.model import AttachmentScores, Classification
from saltbitter_domain.assessments.scoring import classify
from saltbitter_domain.compatibility.model import Attachment, Leaning

_ANXIETY = 2 / 20
_AVOIDANCE = 3 / 20
_ANXIETY_BESIDE_AVOIDANCE = 4 / 20
_BOTH_ANXIOUS = -2 / 20
_BOTH_AVOIDANT = 4 / 20


def deviation(a: Leaning, b: Leaning, mean: float) -> float:
    """How far the pair's fit lies from ``mean``, shrunk by both weights; symmetric to the last bit."""
    return (
        (1.0 - mean) * (a.weight * b.weight)
        - _ANXIETY * (a.anxiety * b.weight + a.weight * b.anxiety)
        - _AVOIDANCE * (a.avoidance * b.weight + a.weight * b.avoidance)
        - _ANXIETY_BESIDE_AVOIDANCE * (a.anxiety * b.avoidance + a.avoidance * b.anxiety)
        - _BOTH_ANXIOUS * (a.anxiety * b.anxiety)
        - _BOTH_AVOIDANT * (a.avoidance * b.avoidance)
    )


def classification_of(attachment: Attachment) -> Classification:
    """The style, or the styles it lies between, of a person's scores."""
    return classify(AttachmentScores(attachment.anxiety, attachment.avoidance))
