"""Over five hundred random populations the engine finds for everybody whom the domain finds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saltbitter_domain.compatibility.ports import MatchRequest
from saltbitter_domain.kernel import GridCell
from tests.domain.crowd import request, several, user
from tests.matching.agreement import BACKENDS, agrees

pytestmark = pytest.mark.timeout(600)
"""The first test on a machine waits until everything is compiled."""


@st.composite
def requests(draw: st.DrawFn) -> MatchRequest:
    """A population any of whom may be excluded or liked, some of whom look."""
    people = draw(several(1, 14) | several(1, 8, places=st.builds(GridCell.containing, *_anywhere())))
    ids = [each.user_id for each in people]
    sets = st.dictionaries(
        st.sampled_from(ids), st.frozensets(st.sampled_from([*ids, user(0)]), max_size=4), max_size=6
    )
    viewers = draw(st.lists(st.sampled_from(ids), unique=True))
    return request(people, viewers=viewers, excluded=draw(sets), liked_by=draw(sets))


def _anywhere() -> tuple[st.SearchStrategy[float], st.SearchStrategy[float]]:
    return st.floats(-90, 90), st.floats(-180, 180)


SETTINGS = settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])


@BACKENDS
@SETTINGS
@given(requests(), st.sampled_from([1, 3, 50]))
def test_it_finds_whom_the_domain_finds(compiled: bool, asked: MatchRequest, k: int) -> None:
    agrees(asked, k, compiled)
