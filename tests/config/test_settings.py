"""Settings are read once, judged together, and refused with every reason at once."""

import json
import os
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapters.aws.photo_store import S3PhotoStore
from adapters.aws.rekognition import RekognitionFaces, RekognitionModerator
from adapters.laboratory.policy_file import write_policy
from adapters.laboratory.shadow import ShadowedEngine
from adapters.local.faces import OpenCvFaces
from adapters.local.photo_files import FilePhotoStore
from adapters.mail.ses import SesMailer
from adapters.mail.smtp import SmtpMailer
from config.production import adapters
from config.reader import SettingsRefused, weakness_of
from config.settings import ProductionSettings, from_environment
from entrypoints.cli import main
from entrypoints.site import http_settings
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies.fitted import (
    Calibration,
    FeatureKind,
    FittedPolicy,
    PairFeature,
    Provenance,
    WeighedFeature,
)
from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import Seller
from tests.doubles.aws import CREDENTIALS

GOOD = {
    "SALTBITTER_PUBLIC_URL": "https://saltbitter.example",
    "SALTBITTER_TOKEN_KEY": "kT9mW2xQ7vB4nR8cJ5hL1pZ6sD3fG0yA",
    "SALTBITTER_PASSWORD_PEPPER": "Yq3Nf8Lw1Ks6Tb9Vz4Hx7Rd2Gm5Jc0Pe",
    "SALTBITTER_MEDIA_KEY": "Wc5Zr0Bk3Xn8Qh1Mv6Fj9Ty4Sg7Ld2Ua",
    "SALTBITTER_DERIVATION_KEY": "Ep2Ga7Iv4Od9Ru6Yl1Cs8Nw3Ht0Kz5Mb",
    "SALTBITTER_SECOND_FACTOR_KEY": "Uf6Qa1Lw8Gr3Mb9Xh4Tn7Cy2Ek5Sj0Pv",
    "SALTBITTER_DATABASE_URL": "postgresql://saltbitter:database-password@127.0.0.1/saltbitter",
    "SALTBITTER_BROKER_URL": "redis://:broker-password@127.0.0.1/0",
    "SALTBITTER_CACHE_URL": "redis://:cache-password@127.0.0.1/1",
}
"""Complete but for the folders, of which each test has its own."""
FOLDERS = ("MAIL_DIRECTORY", "PHOTO_DIRECTORY", "ERASURE_DIRECTORY", "EXPORT_DIRECTORY")
EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOLDERS:
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setitem(GOOD, f"SALTBITTER_{name}", str(folder))


def refused(changes: Mapping[str, str]) -> set[str]:
    """The names of the settings that are refused when these differ from good ones."""
    with pytest.raises(SettingsRefused) as refusal:
        from_environment({**GOOD, **{f"SALTBITTER_{name}": value for name, value in changes.items()}})
    return {problem.name.removeprefix("SALTBITTER_") for problem in refusal.value.problems}


def test_good_settings_are_accepted() -> None:
    settings = from_environment({**GOOD, "SALTBITTER_ALLOWED_ORIGINS": "https://a.example, https://b.example"})

    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert (settings.host, settings.port, settings.trusted_proxies) == ("127.0.0.1", 8080, 0)


@pytest.mark.parametrize("secret", ["TOKEN_KEY", "PASSWORD_PEPPER", "MEDIA_KEY", "DERIVATION_KEY", "SECOND_FACTOR_KEY"])
@pytest.mark.parametrize(
    "weak", ["", "short", "changeme-changeme-changeme-changeme-1234567890", "ababababababababababababababababab"]
)
def test_a_missing_short_known_or_monotonous_secret_is_refused(secret: str, weak: str) -> None:
    assert refused({secret: weak}) == {secret}


def test_a_secret_used_twice_is_refused() -> None:
    assert refused({"MEDIA_KEY": GOOD["SALTBITTER_TOKEN_KEY"]}) == {"TOKEN_KEY"}


@pytest.mark.parametrize("name", ["TOKEN_KEY_PREVIOUS", "PASSWORD_PEPPER_PREVIOUS"])
def test_an_old_key_that_is_still_accepted_must_be_strong_too(name: str) -> None:
    assert refused({name: "weak"}) == {name}


EDGE, NEXT_EDGE = "Hb4Xs9Lq2Wd7Vn5Ky8Rt1Cm6Pj3Fz0Ge", "Zt1Ny6Qc8Mk3Bw5Xr9Hd2Lf7Sv4Jg0Pa"


def test_what_the_outermost_proxy_adds_is_as_strong_as_any_secret_may_be_two_and_is_never_shown() -> None:
    both = with_these({"EDGE_SECRET": EDGE, "EDGE_SECRET_PREVIOUS": NEXT_EDGE})
    assert both.edge_secrets == (EDGE, NEXT_EDGE)
    assert http_settings(both).edge_secrets == both.edge_secrets
    assert EDGE not in repr(both) + repr(http_settings(both))
    assert with_these({"EDGE_SECRET": EDGE}).edge_secrets == (EDGE,)
    assert with_these({}).edge_secrets == ()


@pytest.mark.parametrize("secret", ["short", "changeme" * 5, "ab" * 20, EDGE + "\n", EDGE + " x", "ü" + EDGE])
def test_what_the_proxy_cannot_add_or_others_can_guess_is_refused(secret: str) -> None:
    assert refused({"EDGE_SECRET": secret}) == {"EDGE_SECRET"}
    assert refused({"EDGE_SECRET": EDGE, "EDGE_SECRET_PREVIOUS": secret}) == {"EDGE_SECRET_PREVIOUS"}


def test_a_secret_of_the_proxy_is_of_its_own_and_the_next_one_is_not_alone() -> None:
    assert refused({"EDGE_SECRET": GOOD["SALTBITTER_MEDIA_KEY"]}) == {"TOKEN_KEY"}
    assert refused({"EDGE_SECRET": EDGE, "EDGE_SECRET_PREVIOUS": EDGE}) == {"TOKEN_KEY"}
    assert refused({"EDGE_SECRET_PREVIOUS": EDGE}) == {"EDGE_SECRET"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "٣٠"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "11"),
        ("SIGN_IN_CEILING", "99"),
        ("PUBLIC_URL", "saltbitter.example"),
        ("PUBLIC_URL", "https://saltbitter.example/app"),
        ("PUBLIC_URL", "ftp://saltbitter.example"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://saltbitter.example:port"),
        ("PUBLIC_URL", "https://:8080"),
        ("PUBLIC_URL", "https://user:password@saltbitter.example"),
        ("ALLOWED_ORIGINS", "https://a.example,*"),
        ("ALLOWED_ORIGINS", "https://a.example,https://user@b.example"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_URL", "mysql://127.0.0.1/saltbitter"),
        ("DATABASE_URL", "postgresql://[::1/saltbitter"),
        ("DATABASE_URL", "postgresql://127.0.0.1:port/saltbitter"),
        ("DATABASE_URL", "postgresql:saltbitter"),
        ("DATABASE_REPLICA_URL", "127.0.0.1"),
        ("DATABASE_POOL", "0"),
        ("DATABASE_STATEMENT_CACHE", "-1"),
        ("BROKER_URL", "http://127.0.0.1"),
        ("BROKER_URL", "redis://127.0.0.1?db=jobs"),
        ("CACHE_URL", "redis://"),
        ("CACHE_URL", "postgresql://127.0.0.1/saltbitter"),
        ("MAIL_DIRECTORY", "/nowhere/at/all"),
        ("MAIL_DIRECTORY", __file__),
        ("MAIL", "pigeon"),
        ("MAIL_LANGUAGE", "tlh"),
        ("MAIL_SENDER", "SaltBitter"),
        ("MAIL_SENDER", "no-reply@saltbitter.example\nBcc: all@saltbitter.example"),
        ("MAIL_SES_REGION", "Ireland"),
        ("MAIL_SMTP_URL", "http://mail.saltbitter.example"),
        ("MAIL_SMTP_URL", "smtp:///nowhere"),
        ("PHOTO_DIRECTORY", "/nowhere/at/all"),
        ("PHOTO_DIRECTORY", __file__),
        ("PHOTOS", "drawer"),
        ("PHOTO_REGION", "Ireland"),
        ("PHOTO_REKOGNITION_REGION", "Ireland"),
        ("ERASURE_DIRECTORY", "/nowhere/at/all"),
        ("EXPORT_DIRECTORY", "/nowhere/at/all"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str) -> None:
    assert refused({name: value}) == {name}


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL", "CACHE_URL", *FOLDERS])
def test_what_production_shares_must_be_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused({name: ""}) == {name}

    monkeypatch.delitem(GOOD, f"SALTBITTER_{name}")
    assert refused({}) == {name}


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody whom permissions bind, which they do not bind root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("way", "needed"), [("ses", {"MAIL_SENDER", "MAIL_SES_REGION"}), ("smtp", {"MAIL_SENDER", "MAIL_SMTP_URL"})]
)
def test_a_way_to_mail_asks_for_what_it_needs_and_no_maildir(
    way: str, needed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    given = {"MAIL": way, "MAIL_DIRECTORY": ""}
    assert refused(given) == needed

    values = {
        "MAIL_SENDER": "SaltBitter <no-reply@saltbitter.example>",
        "MAIL_SES_REGION": "eu-west-1",
        "MAIL_SMTP_URL": "smtps://user:mail-password@mail.saltbitter.example",
    }
    settings = from_environment({**GOOD, **{f"SALTBITTER_{name}": value for name, value in (given | values).items()}})
    assert (settings.mail, settings.mail_sender) == (way, values["MAIL_SENDER"])
    assert "mail-password" not in repr(settings)
    assert {"ses": SesMailer, "smtp": SmtpMailer}[way] is type(adapters(settings).mailer())
    assert (adapters(settings).addresses().normalise("jörg@example.org") is None) is (way == "ses")


IN_S3 = {"PHOTOS": "s3", "PHOTO_DIRECTORY": "", "PHOTO_BUCKET": "photos-of-saltbitter", "PHOTO_REGION": "eu-west-1"}
AT_CLOUDFRONT = {"PHOTO_CDN_URL": "https://pictures.saltbitter.example", "PHOTO_CDN_KEY_ID": "K2JCJMDEHXQW5F"}


def with_these(changes: Mapping[str, str]) -> ProductionSettings:
    return from_environment({**GOOD, **{f"SALTBITTER_{name}": value for name, value in changes.items()}})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "cloudfront.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def test_photos_are_kept_in_the_folder_or_in_the_bucket_that_is_named(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    assert isinstance(adapters(from_environment(GOOD)).photo_store(), FilePhotoStore)

    served_here = adapters(with_these(IN_S3)).photo_store()
    assert isinstance(served_here, S3PhotoStore)
    assert served_here.delivery("photos/1/160.webp") is None

    settings = with_these(IN_S3 | AT_CLOUDFRONT | {"PHOTO_CDN_KEY_FILE": str(key_file)})
    delivered = adapters(settings).photo_store()
    assert delivered.url("photos/1/160.webp", UserId(UUID(int=1)), timedelta(minutes=1)).startswith(
        "/media/photos/1/160.webp?"
    )
    there = delivered.delivery("photos/1/160.webp")
    assert there.startswith("https://pictures.saltbitter.example/photos/1/160.webp?Expires=")
    assert "PRIVATE" not in repr(settings)


def test_rekognition_looks_at_photos_where_a_region_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    there, here = adapters(with_these({"PHOTO_REKOGNITION_REGION": "eu-west-1"})), adapters(from_environment(GOOD))

    assert (type(there.faces()), type(there.moderator())) == (RekognitionFaces, RekognitionModerator)
    assert (type(here.faces()), here.moderator()) == (OpenCvFaces, None)


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"PHOTOS": "s3"}, {"PHOTO_BUCKET", "PHOTO_REGION"}),
        ({**IN_S3, "PHOTO_BUCKET": "Photos.of.us"}, {"PHOTO_BUCKET"}),
        ({**IN_S3, **AT_CLOUDFRONT}, {"PHOTO_CDN_KEY_FILE"}),
        ({**IN_S3, **AT_CLOUDFRONT, "PHOTO_CDN_KEY_FILE": __file__}, {"PHOTO_CDN_KEY_FILE"}),
        (
            {**IN_S3, "PHOTO_CDN_KEY_FILE": "/nowhere"},
            {"PHOTO_CDN_URL", "PHOTO_CDN_KEY_ID", "PHOTO_CDN_KEY_FILE"},
        ),
    ],
)
def test_a_bucket_and_who_delivers_from_it_are_named_whole(given: Mapping[str, str], needed: set[str]) -> None:
    assert refused(given) == needed


def test_a_folder_that_may_only_be_read_is_refused() -> None:
    from_environment(GOOD)  # imports all that it needs while it may
    with tempfile.TemporaryDirectory() as writable, tempfile.TemporaryDirectory() as readable:
        Path(writable).chmod(0o777)
        Path(readable).chmod(0o555)
        both = dict.fromkeys(FOLDERS, writable)

        with unprivileged():
            from_environment({**GOOD, **{f"SALTBITTER_{name}": folder for name, folder in both.items()}})
            for name in both:
                assert refused({**both, name: readable}) == {name}


def test_a_folder_is_left_as_it_was(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    from_environment(GOOD)

    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "https://user:opensesame@saltbitter.example"),
        ("ALLOWED_ORIGINS", "https://user:opensesame@a.example"),
        ("ALLOWED_ORIGINS", "ftp://user:sesame@opensesame@a.example"),
        ("DATABASE_URL", "mysql://user:opensesame@127.0.0.1/saltbitter"),
        ("DATABASE_URL", "postgresql://user:opensesame@[::1/saltbitter"),
        ("DATABASE_REPLICA_URL", "postgresql://user:pass/opensesame@127.0.0.1/saltbitter"),
        ("BROKER_URL", "redis://:opensesame@127.0.0.1:port/0"),
        ("CACHE_URL", "redis://:opensesame@127.0.0.1/0"),  # the broker's
    ],
)
def test_a_password_is_not_repeated_when_its_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        from_environment({**GOOD, f"SALTBITTER_{name}": value})

    assert f"SALTBITTER_{name}" in str(refusal.value)
    assert "sesame" not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize(
    "cache",
    [
        "redis://127.0.0.1/0",
        "redis://127.0.0.1",
        "redis://somebody@127.0.0.1:6379/0/",
        "redis://localhost",
        "redis://127.0.0.1?db=0",
        "rediss://127.0.0.1/jobs",  # no number, which the client reads as 0
    ],
)
def test_the_cache_may_not_be_the_broker_however_it_is_spelt(cache: str) -> None:
    assert refused({"CACHE_URL": cache}) == {"CACHE_URL"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql:///saltbitter?host=/run/postgresql"),
        ("CACHE_URL", "redis://127.0.0.1:6380/0"),
        ("CACHE_URL", "unix:///run/redis.sock?db=1"),
        ("CACHE_URL", "rediss://127.0.0.1:6380"),
        ("PUBLIC_URL", "http://[::1]:8080"),
    ],
)
def test_servers_may_be_named_in_every_usual_way(name: str, value: str) -> None:
    assert value in attrs.astuple(from_environment({**GOOD, f"SALTBITTER_{name}": value}), recurse=False)


def test_the_example_names_every_setting_and_is_accepted_once_it_is_filled_in() -> None:
    example = dict(line.split("=", 1) for line in EXAMPLE.read_text().splitlines() if line and line[0] != "#")
    asked: set[str] = set()

    class Asked(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    left_out = {name: value for name, value in GOOD.items() if not example[name] or name.endswith("DIRECTORY")}
    from_environment(Asked({**example, **left_out}))

    assert asked == set(example)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(SettingsRefused) as refusal:
        from_environment({})

    assert sorted(problem.name for problem in refusal.value.problems) == sorted(GOOD)
    assert all(str(problem).startswith("SALTBITTER_") for problem in refusal.value.problems)


def test_every_wrong_value_is_named_at_once() -> None:
    wrong = {
        "PORT": "http",
        "DATABASE_URL": "mysql://127.0.0.1/saltbitter",
        "DATABASE_POOL": "0",
        "CACHE_URL": GOOD["SALTBITTER_BROKER_URL"],
        "MAIL_DIRECTORY": "/nowhere/at/all",
        "PHOTO_DIRECTORY": "",
    }
    assert refused(wrong) == set(wrong)


LICENSED = {
    "version": "licensed-2",
    "title": "A licensed set",
    "source": "The licence of its authors",
    "statements": [
        {"id": "a", "text": "I worry.", "dimension": "anxiety"},
        {"id": "b", "text": "I keep to myself.", "dimension": "avoidance", "reversed": True},
    ],
}


def test_a_licensed_questionnaire_is_offered_before_the_bundled_one(tmp_path: Path) -> None:
    file = tmp_path / "licensed.json"
    file.write_text(json.dumps(LICENSED))
    settings = from_environment({**GOOD, "SALTBITTER_QUESTIONNAIRE_FILE": str(file)})

    assert [questionnaire.version for questionnaire in settings.questionnaires] == ["licensed-2", "saltbitter-18-v1"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps({**LICENSED, "statements": []}),
        json.dumps({**LICENSED, "version": "saltbitter-18-v1"}),
    ],
)
def test_a_questionnaire_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "licensed.json"
    file.write_text(content)

    assert refused({"QUESTIONNAIRE_FILE": str(file)}) == {"QUESTIONNAIRE_FILE"}
    assert refused({"QUESTIONNAIRE_FILE": str(tmp_path / "missing.json")}) == {"QUESTIONNAIRE_FILE"}


POLICY = FittedPolicy(
    name="fitted-1",
    weights=dict.fromkeys(Factor, 25.0),
    pair_features=(),
    means=dict.fromkeys(Factor, 0.5),
    calibration=Calibration(0.0, 0.1),
    provenance=Provenance("0" * 64, date(2026, 3, 2), 10, 4, 2, "2 groups, each left out once", 1.0),
    scores={},
)


def test_a_policy_is_put_in_the_shadow_of_the_one_that_matches(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    write_policy(POLICY, file)
    settings = from_environment({**GOOD, "SALTBITTER_SHADOW_POLICY": str(file)})

    assert settings.shadow_policy == POLICY
    assert isinstance(adapters(settings).match_engine(), ShadowedEngine)
    assert from_environment(GOOD).shadow_policy is None
    assert not isinstance(adapters(from_environment(GOOD)).match_engine(), ShadowedEngine)


def test_a_policy_that_cannot_run_there_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    for content in ("", "[]", "{}", '{"format": "saltbitter-policy", "version": 1}'):
        file.write_text(content)
        assert refused({"SHADOW_POLICY": str(file)}) == {"SHADOW_POLICY"}
    music = WeighedFeature(PairFeature("music", FeatureKind.SAME, "music"), 25.0, 0.5)
    weights = {**POLICY.weights, Factor.VALUES: 0.0}
    write_policy(attrs.evolve(POLICY, weights=weights, pair_features=(music,)), file)
    assert refused({"SHADOW_POLICY": str(file)}) == {"SHADOW_POLICY"}
    assert refused({"SHADOW_POLICY": str(tmp_path / "missing.json")}) == {"SHADOW_POLICY"}


def test_secrets_do_not_show_in_the_repr() -> None:
    replica = {"SALTBITTER_DATABASE_REPLICA_URL": "postgresql://saltbitter:replica-password@127.0.0.1/saltbitter"}
    shown = repr(from_environment({**GOOD, **replica}))

    assert not any(secret in shown for name, secret in GOOD.items() if name.endswith(("KEY", "PEPPER")))
    assert "-password" not in shown


def test_a_random_secret_is_strong_enough() -> None:
    assert weakness_of(GOOD["SALTBITTER_TOKEN_KEY"]) is None


def test_check_config_names_every_problem_and_answers_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)

    assert main(["check-config"]) == 2
    assert capsys.readouterr().err.count("  - SALTBITTER_") == 13


def test_check_config_accepts_good_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)

    assert main(["check-config"]) == 0
    said = capsys.readouterr().out
    assert "complete" in said
    assert "EDGE_SECRET" not in said
    monkeypatch.setenv("SALTBITTER_TRUSTED_PROXIES", "2")
    assert main(["check-config"]) == 0
    assert "SALTBITTER_EDGE_SECRET is empty" in capsys.readouterr().out
    assert "Every photo waits for staff" in said
    monkeypatch.setenv("SALTBITTER_PHOTO_REKOGNITION_REGION", "eu-west-1")
    assert main(["check-config"]) == 0
    assert "Photos are judged by Amazon Rekognition in eu-west-1" in capsys.readouterr().out


def test_whoever_answers_those_who_cannot_sign_in_has_an_address() -> None:
    assert (
        from_environment({**GOOD, "SALTBITTER_CONTACT": "help@saltbitter.example"}).contact == "help@saltbitter.example"
    )
    with pytest.raises(SettingsRefused, match="SALTBITTER_CONTACT"):
        from_environment({**GOOD, "SALTBITTER_CONTACT": "Help"})


STRIPE = {
    "SALTBITTER_STRIPE_SECRET_KEY": "sk_live_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp",
    "SALTBITTER_STRIPE_WEBHOOK_SECRET": "whsec_q7Kx2Vb9Tn4Ws8Lc3Hd6Zr1Fm5Pj0Yg",
    "SALTBITTER_STRIPE_LIVEMODE": "true",
    "SALTBITTER_SELLER_NAME": "SaltBitter Ltd.",
    "SALTBITTER_SELLER_ADDRESS": "1 Example Street; London N1 1AA",
    "SALTBITTER_SELLER_TAX_NUMBER": "GB123456789",
}


def test_without_anything_about_stripe_nothing_is_sold() -> None:
    assert from_environment(GOOD).stripe is None


def test_the_account_at_stripe_is_whole() -> None:
    more = {
        "SALTBITTER_STRIPE_WEBHOOK_SECRET_PREVIOUS": "whsec_b3Rv8Jy1Xk6Qd9Mw4Tz7Gn2Hs5Lc0Pf",
        "SALTBITTER_STRIPE_PUBLISHABLE_KEY": "pk_live_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp",
    }
    account = from_environment({**GOOD, **STRIPE, **more}).stripe

    assert account is not None
    assert account.live
    assert account.base_url == "https://api.stripe.com"
    assert account.publishable_key == "pk_live_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"
    assert [secret[:9] for secret in account.webhook_secrets] == ["whsec_q7K", "whsec_b3R"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "sk_live_short"),
        ("SECRET_KEY", "sk_test_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"),
        ("SECRET_KEY", "pk_live_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"),
        ("WEBHOOK_SECRET", ""),
        ("WEBHOOK_SECRET", "whsec_"),
        ("WEBHOOK_SECRET_PREVIOUS", "q7Kx2Vb9Tn4Ws8Lc3Hd6Zr1Fm5Pj0Yg"),
        ("LIVEMODE", "yes"),
        ("LIVEMODE", "false"),
        ("BASE_URL", "http://127.0.0.1:12111"),
        ("BASE_URL", "stripe"),
        ("PUBLISHABLE_KEY", "pk_test_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"),
    ],
)
def test_an_account_at_stripe_that_is_half_weak_or_of_the_other_mode_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        from_environment({**GOOD, **STRIPE, f"SALTBITTER_STRIPE_{name}": value})

    assert all(problem.name.startswith("SALTBITTER_STRIPE_") for problem in refused.value.problems)
    assert "51NbWq8" not in str(refused.value)


def test_where_something_is_sold_the_seller_is_on_receipts() -> None:
    assert from_environment({**GOOD, **STRIPE}).seller == Seller(
        "SaltBitter Ltd.", ("1 Example Street", "London N1 1AA"), "GB123456789"
    )
    assert from_environment(GOOD).seller == Seller("SaltBitter")


@pytest.mark.parametrize("name", ["NAME", "ADDRESS", "TAX_NUMBER"])
@pytest.mark.parametrize("value", ["", " ", "two\nlines", "x" * 201])
def test_nothing_is_sold_without_a_whole_seller(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        from_environment({**GOOD, **STRIPE, f"SALTBITTER_SELLER_{name}": value})

    assert [problem.name for problem in refused.value.problems] == [f"SALTBITTER_SELLER_{name}"]


def test_a_file_of_networks_is_read_and_one_that_is_wrong_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "networks.csv"
    file.write_text("192.0.2.0/24,Lisbon,38.72,-9.14\n", "utf-8")
    place = from_environment({**GOOD, "SALTBITTER_NETWORKS_FILE": str(file)}).networks.of("192.0.2.0/24")
    assert place is not None
    assert place.name == "Lisbon"

    file.write_text("192.0.2.0/24,Lisbon\n", "utf-8")
    assert refused({"NETWORKS_FILE": str(file)}) == {"NETWORKS_FILE"}
    assert refused({"NETWORKS_FILE": str(tmp_path / "missing.csv")}) == {"NETWORKS_FILE"}


VAPID = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"


def test_nothing_is_pushed_without_a_key(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment(GOOD).vapid_key is None
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert main(["check-config"]) == 0
    assert "SALTBITTER_VAPID_PRIVATE_KEY is empty" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("contact", "told"),
    [("help@saltbitter.example", "mailto:help@saltbitter.example"), ("", GOOD["SALTBITTER_PUBLIC_URL"])],
)
def test_push_services_know_whom_to_complain_to(contact: str, told: str) -> None:
    found = from_environment({**GOOD, "SALTBITTER_VAPID_PRIVATE_KEY": VAPID, "SALTBITTER_CONTACT": contact})
    assert found.vapid_key is not None
    assert found.vapid_key.contact == told
    assert VAPID not in repr(found)
    assert "fcm.googleapis.com" in found.push_services


@pytest.mark.parametrize("key", ["short", "A" * 43, VAPID + "AA", "_" * 43, "ab" * 21 + "c"])
def test_a_weak_key_for_pushing_is_refused(key: str) -> None:
    assert refused({"VAPID_PRIVATE_KEY": key}) == {"VAPID_PRIVATE_KEY"}


def test_push_services_must_be_able_to_reach_us_and_have_names() -> None:
    changes = {"VAPID_PRIVATE_KEY": VAPID, "PUBLIC_URL": "http://saltbitter.example", "PUSH_SERVICES": "10.0.0.1"}
    assert refused(changes) == {"CONTACT", "PUSH_SERVICES"}
