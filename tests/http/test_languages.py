"""Which language an answer is written in."""

import pytest
from aiohttp.test_utils import make_mocked_request

from entrypoints.http.languages import spoken


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-ch, en;q=0.5", "de"),
        ("fr, de;q=0.4, en;q=0.9", "en"),
        ("fr-CA, fr;q=0.9", "en"),
        ("en;q=0, de;q=0.1", "de"),
        ("de;q=0", "en"),
        ("de;q=much", "en"),
        ("de;q=nan", "en"),
        (";;,,=", "en"),
        ("*", "en"),
    ],
)
def test_members_read_in_the_language_they_weigh_most_and_english_otherwise(wished: str | None, language: str) -> None:
    headers = {} if wished is None else {"Accept-Language": wished}
    assert spoken(make_mocked_request("GET", "/", headers=headers), ("en", "de")) == language
