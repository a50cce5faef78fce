"""Whatever is wrong with an access token, the answer over HTTP is the same 401, and nothing is done."""

import attrs
import pytest

from adapters.system.tokens import Hs256AccessTokens
from entrypoints.http.app import build
from entrypoints.http.dependencies import Ports
from saltbitter_domain.users.ports import Access
from tests.contracts.test_tokens import BAD, GOOD, TOKENS
from tests.http import ping
from tests.http.conftest import SETTINGS, Serve

LONGEST_LINE = 8_190
"""Characters of a header, beyond which aiohttp answers 400 before anybody looks at it."""


@attrs.frozen
class Reading(ping.Authenticator):
    """Knows members by real tokens."""

    tokens: Hs256AccessTokens

    def authenticate(self, access_token: str) -> Access:
        return self.tokens.read(access_token)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_of_a_whole_corpus_of_bad_tokens_each_is_answered_with_401(serve: Serve, ports: Ports) -> None:
    pings = ping.Pings()
    api = await serve(build((pings,), Reading(TOKENS), ports, SETTINGS))

    async def make(token: str) -> tuple[int, str]:
        answer = await api.post(
            "/ping/things", json={"words": "x"}, headers={"Authorization": f"Bearer {token}", "Content-Type": "a/b"}
        )
        return answer.status, (await answer.json(content_type=None))["code"]

    tokens = {name: bad if isinstance(bad, str) else bad() for name, bad in BAD.items()}
    sendable = {
        name: bad for name, bad in tokens.items() if bad.isascii() and bad.isprintable() and len(bad) < LONGEST_LINE
    }
    assert len(sendable) >= 70
    told = {name: await make(bad) for name, bad in sendable.items()}

    assert told.pop("empty") == (401, "access_token_missing")
    assert set(told.values()) == {(401, "access_token_refused")}, told
    assert await make(GOOD) == (415, "media_type_refused"), "a good one gets as far as its body"
    assert pings.made == 0
    megabyte = await api.get("/ping/me", headers={"Authorization": f"Bearer {tokens['a megabyte']}"})
    assert megabyte.status == 400
