"""The words of every consent, of today and of before."""

import re
from datetime import timedelta
from hashlib import sha256

from saltbitter_domain.compatibility.model import BLOCKS_FOLLOW_FOR
from saltbitter_domain.consent.catalogue import SUPERSEDED, TEXTS, worded
from saltbitter_domain.consent.catalogue_de import GERMAN
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import Language
from saltbitter_domain.users.policies import SUSPENSION_OUTLASTS

EVERY = (*SUPERSEDED, *TEXTS.values())

DIGESTS = {
    ("psychological_profile", "2026-11-01"): "f4886df44666d5e013cae933eb098831bdce6bcb2dd4a57633074e771815cd4a",
    ("location", "2026-11-01"): "e6565163808051255930555d06178922a5fcbeae65962f6dac2be90604a2cf9c",
    ("orientation", "2026-11-01"): "edec07c7d36af82dd85208a2755e539f1f07721d5ef07bad2d722c76612c2a6a",
    ("terms", "2026-11-01"): "1934d957de35b8b8284191d73309844dcff29a70068d671fdc888363ac526d4b",
    ("privacy_policy", "2026-11-01"): "736bb8bc88c1101e4fb29ac293739d660e6b4e9e30394ced44c4515ecef3f48c",
    ("privacy_policy", "2026-11-27"): "078d7e5977e166e8c40b43e7879a2e1801cb8782349e9047fbca332663fcc1ff",
    ("psychological_profile", "2026-11-26"): "9be90e373d96204076c49ad1c96ef9af197c1218f0dbd88fdef6757d2a5f4b67",
    ("genders_sought", "2026-11-26"): "cdf57acbbd317e6f1aae26e75112e112034317b2419523eaecde2631a9e558e7",
    ("orientation", "2026-11-26"): "597054f8be9137943a04b29837e129ab5c2f797cd203f51430687dc92fdd2eba",
    ("religion", "2026-11-26"): "0b3721daa0063b0bf7392c3a5b6cbe26f547f13728904d0c80213e59a33e4c91",
    ("location", "2026-11-26"): "57be065fe121be3ec51d212bc01418dd1b723aa8ea04e7d710485121ab21aec4",
    ("ai_practice", "2026-11-01"): "83c3bf0bca36afc8152b8197b27c478c4d7dadda579be4fe88056f8bd014bade",
    ("ai_coaching", "2026-11-01"): "60b8b457100ab3c910fbee4cffddafc4c7254d084d64a7108471a00b8b287d23",
    ("marketing_emails", "2026-11-01"): "60c71b29e210d97a7e8e1cb7976b73855132f0932ca6ce9ca4e38f9f13bf426d",
    ("analytics", "2026-11-01"): "d278894af7a6971b5e8dca359c0c6edfc6b12d6fa4d1725d42e199c591c372e6",
}
"""SHA-256 of the title and the words of each version. An entry is added with a new version; none is changed."""

GERMAN_DIGESTS = {
    ("terms", "2026-11-01"): "d340285698a140acbf00240b787f2ed9d2ad747e5dae23b894ccf6f7713e3c42",
    ("privacy_policy", "2026-11-01"): "c3e20d8032cefc4fb2270bdea7b0940645c0d515b4d8d5f8566fc4be56c3d94e",
    ("privacy_policy", "2026-11-27"): "9366951f230d428535f93faeb692a578807db0141939a4ad7af27c76caea2cbb",
    ("psychological_profile", "2026-11-26"): "c85be1aeb94429ea6642d2076f63edacef3624ab1583fb541f7b275976626b00",
    ("genders_sought", "2026-11-26"): "61cdee5f0ad8a3cded96bfa3f1bcd69866f02ca575689d84d3dfeb09f42d01bc",
    ("orientation", "2026-11-26"): "b9f67d3babc6bc334a0a62d10b7ceaf9f0c809b7d73afdd02226b1062a9a7fb9",
    ("religion", "2026-11-26"): "a13a1aac0a225673d436b0f392b03498ac1d75d93354d4b6dfa1e7f5ddcae4ff",
    ("location", "2026-11-26"): "66b9564a09bb91fd609789fb7730fdb57ec11a81d6d6c2b77cca735fd09df36e",
    ("ai_practice", "2026-11-01"): "3932a96f5d80f0e364138d960f677c2efdb4b4a0250712a42cae8f806f0ebbc6",
    ("ai_coaching", "2026-11-01"): "c83fb1b5a6f0890ff230f6b36e03f96311d539f9c833295a139ab2f59b3c2dd1",
    ("marketing_emails", "2026-11-01"): "d2d795c7e7f06f62f4548fe2f21f25c5cf79236bf2228fd525d92364f59d85c6",
    ("analytics", "2026-11-01"): "cabb2e5b155cd51040f7ef7a154f028a5e2cf30a0977eec39addfbd5c831f155",
}
"""The same of the German wordings, which are as much agreed to as the English."""


def test_words_never_change_under_a_version() -> None:
    """Somebody may have agreed to them: move the old text to ``SUPERSEDED`` and give the new one a new version."""
    digests = {
        (text.purpose, text.version): sha256(f"{text.title}\n{text.text}".encode()).hexdigest() for text in EVERY
    }

    assert digests == DIGESTS
    assert len(digests) == len(EVERY), "no two texts of a purpose share a version"


def test_german_words_never_change_under_a_version_either() -> None:
    digests = {
        (text.purpose, text.version): sha256(f"{text.title}\n{text.text}".encode()).hexdigest() for text in GERMAN
    }

    assert digests == GERMAN_DIGESTS
    assert len(digests) == len(GERMAN)


def test_every_text_in_force_says_the_same_in_german() -> None:
    """As far as a test can tell: the same numbers, and as many sentences, none of them English."""
    german = {(text.purpose, text.version): text for text in GERMAN}
    for text in TEXTS.values():
        told = german[text.purpose, text.version]
        assert told.language is Language.DE
        assert figures(told.text) == figures(text.text), text.purpose
        assert sentences(told.text) == sentences(text.text), text.purpose
        assert not re.search(r"\b(the|you|and|my|that)\b", told.text), text.purpose


def figures(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def sentences(text: str) -> int:
    return len(re.findall(r"[.](?= |$)", text))


def test_what_is_in_force_is_newer_than_what_it_superseded() -> None:
    assert TEXTS.keys() == set(Purpose)
    assert all(text.version < TEXTS[text.purpose].version for text in SUPERSEDED)


def test_the_privacy_policy_names_what_is_kept_of_blocks_and_suspensions_for_how_long_and_that_one_may_object() -> None:
    """ADR 13 and 14; Art. 13(1)(d), (2)(a) and 21(4) GDPR."""
    text = TEXTS[Purpose.PRIVACY_POLICY]
    for said in ("blocked you", "suspended you", "for a year", "your devices", "protects others", "You can object"):
        assert said in text.text
    german = worded(text, Language.DE).text
    for said in ("blockiert", "gesperrt", "ein Jahr lang", "Ihrer Geräte", "schützt andere", "widersprechen"):
        assert said in german
    assert BLOCKS_FOLLOW_FOR == SUSPENSION_OUTLASTS == timedelta(days=365)
