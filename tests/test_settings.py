"""The environment: every mistake at once, secrets from files, nothing weak accepted, nothing secret shown."""

import base64
import os
import re
import ssl
from pathlib import Path

import pytest

from app.__main__ import main
from app.settings import OURS, Secret, SettingsError, load
from app.settings.words import PROBLEMS, SENTENCES

TOKEN = "9f86d081884c7d659a2feaa0c55ad015"
OTHER = "60303ae22b998861bce3b28f33eec1be"
WHSEC = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    policy = tmp_path / "routing.yaml"
    policy.write_text("", encoding="utf-8")
    return {"WARMLIJN_POLICY": str(policy)}


def mistakes(env: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(env)
    return tuple(mistake.told("en") for mistake in caught.value.mistakes)


def test_defaults_are_one_centre_on_this_machine_with_its_own_database(env: dict[str, str]) -> None:
    settings = load(env)
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database_url is None
    assert [centre.id for centre in settings.centres] == ["gemeente"]
    assert settings.deadline_ms == 800
    assert load(env).node != settings.node


def test_all_mistakes_come_at_once_as_sentences(env: dict[str, str]) -> None:
    assert mistakes(env | {
        "WARMLIJN_PORT": "80a",
        "WARMLIJN_LOG_LEVEL": "loud",
        "WARMLIJN_PUBLIC_URL": "http://telefoon.example.nl",
        "DATABASE_URL": "mysql://x",
        "TWILIO_AUTH_TOKEN": "changeme",
        "GENERIC_SECRET": "whsec_kort",
        "DEGRADE_NUMBER": "0851234567",
    }) == (
        "WARMLIJN_PORT is '80a'; it must be a whole number from 1 to 65535.",
        "DATABASE_URL must start with postgresql://.",
        "WARMLIJN_LOG_LEVEL is 'loud'; it must be one of debug, info, warning, error.",
        "WARMLIJN_PUBLIC_URL must start with https:// (http:// is only allowed to this machine itself).",
        "TWILIO_AUTH_TOKEN is too short for a secret: at least 16 characters.",
        "TWILIO_AUTH_TOKEN is set and TWILIO_ACCOUNT_SID is not.",
        "GENERIC_SECRET is too short for a secret: at least 16 characters.",
        "DEGRADE_NUMBER must be an international number such as +31850001234.",
    )


def test_a_secret_may_come_from_a_file(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")
    settings = load(env | {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token")})
    twilio = settings.centres[0].twilio
    assert twilio is not None
    assert [token.reveal() for token in twilio.auth_tokens] == [TOKEN]


def test_a_secret_file_that_is_missing_empty_or_doubled_is_a_mistake(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert mistakes(env | {"DATABASE_URL_FILE": str(tmp_path / "none")}) == (
        "DATABASE_URL_FILE cannot be read: No such file or directory.",)
    assert mistakes(env | {"DATABASE_URL_FILE": str(tmp_path / "empty")}) == (
        "The file that DATABASE_URL_FILE names is empty.",)
    assert mistakes(env | {"DATABASE_URL": "postgresql:///a", "DATABASE_URL_FILE": str(tmp_path / "empty")}) == (
        "DATABASE_URL and DATABASE_URL_FILE are both set; keep one.",)


def test_two_secrets_are_active_while_they_are_changed_and_never_three(env: dict[str, str]) -> None:
    account = env | {"TWILIO_ACCOUNT_SID": "AC1"}
    twilio = load(account | {"TWILIO_AUTH_TOKEN": f"{TOKEN}, {OTHER}"}).centres[0].twilio
    assert twilio is not None
    assert [token.reveal() for token in twilio.auth_tokens] == [TOKEN, OTHER]
    assert mistakes(account | {"TWILIO_AUTH_TOKEN": f"{TOKEN},{OTHER},{TOKEN}"}) == (
        "TWILIO_AUTH_TOKEN must hold one secret, or two separated by a comma while you change them.",)


@pytest.mark.parametrize(("secret", "sentence"), [
    ("a" * 32, "looks like an example; make a random one."),
    ("changeme-changeme-changeme", "looks like an example; make a random one."),
    (TOKEN, "must read whsec_ followed by 24 to 64 random bytes in base64."),
    ("whsec_!!!!aGFsbG8gd2VyZWxk", "must read whsec_ followed by 24 to 64 random bytes in base64."),
])
def test_a_weak_or_malformed_secret_is_refused(env: dict[str, str], secret: str, sentence: str) -> None:
    assert mistakes(env | {"GENERIC_SECRET": secret}) == (f"GENERIC_SECRET {sentence}",)


@pytest.mark.parametrize(("url", "sentence"), [
    ("http://pbx.example.nl/commands", "must start with https:// (http:// is only allowed to this machine itself)."),
    ("http://127.0.0.1.example.nl/", "must start with https:// (http:// is only allowed to this machine itself)."),
    ("https://user:word@pbx.example.nl/", "must not hold a user name or password."),
    ("ftp://pbx.example.nl/", "must be an address that starts with https://."),
    ("https://", "must be an address that starts with https://."),
    ("http://[::1", "is not an address."),
])
def test_we_call_out_over_https_only(env: dict[str, str], url: str, sentence: str) -> None:
    found = mistakes(env | {"GENERIC_SECRET": WHSEC, "GENERIC_COMMAND_URL": url})
    assert found == (f"GENERIC_COMMAND_URL {sentence}",)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9/", "https://pbx.nl/x"])
def test_this_machine_itself_may_be_called_without_https(env: dict[str, str], url: str) -> None:
    generic = load(env | {"GENERIC_SECRET": WHSEC, "GENERIC_COMMAND_URL": url}).centres[0].generic
    assert generic is not None
    assert (generic.command_url, generic.command_secrets) == (url, (Secret(WHSEC),))


def test_several_centres_have_prefixed_secrets_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").touch()
    settings = load({
        "WARMLIJN_CENTRES": f"a={tmp_path}/a.yaml, de-b={tmp_path}/b.yaml",
        "A_TWILIO_ACCOUNT_SID": "AC1", "A_TWILIO_AUTH_TOKEN": TOKEN,
        "DE_B_GENERIC_SECRET": WHSEC, "DE_B_DEGRADE_NUMBER": "+31850001234",
    })
    first, second = settings.centres
    assert (first.id, second.id) == ("a", "de-b")
    assert first.twilio is not None
    assert (first.generic, second.twilio, second.degrade_number) == (None, None, "+31850001234")
    assert second.generic is not None


def test_centres_are_named_once_well_and_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch()
    assert mistakes({"WARMLIJN_CENTRES": f"A={tmp_path}/a.yaml,a={tmp_path}/a.yaml,a={tmp_path}/none.yaml,b"}) == (
        "'A' cannot name a centre: use small letters, digits and dashes, at most 32.",
        "WARMLIJN_CENTRES names 'a' twice.",
        f"The policy file of centre 'a' does not exist: {tmp_path}/none.yaml.",
        "WARMLIJN_CENTRES holds 'b'; it must read name=path, separated by commas.",
    )


def test_secrets_are_never_shown(env: dict[str, str]) -> None:
    settings = load(env | {
        "DATABASE_URL": f"postgresql://u:{OTHER}@db.example.nl/x",
        "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": TOKEN, "GENERIC_SECRET": WHSEC,
    })
    shown = f"{settings} {settings!r} {settings.database_url} %s" % settings.database_url
    assert not [secret for secret in (OTHER, TOKEN, WHSEC) if secret in shown]
    assert settings.database_url is not None
    assert settings.database_url.reveal() == f"postgresql://u:{OTHER}@db.example.nl/x"


def test_mistakes_never_quote_a_secret(env: dict[str, str]) -> None:
    text = " ".join(mistakes(env | {
        "DATABASE_URL": "mysql://u:canary-1@x", "TWILIO_AUTH_TOKEN": "canary-2", "GENERIC_SECRET": "canary-3-canary-3",
        "TWILIO_API_URL": "http://u:canary-4@x", "TWILIO_ACCOUNT_SID": "AC1",
    }))
    assert "canary" not in text


def test_the_processes_own_environment_is_the_default(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WARMLIJN_PORT", "8123")
    assert load().public_url == "http://127.0.0.1:8123"


def test_the_certificates_of_an_asterisk_are_looked_into_at_start(env: dict[str, str], tmp_path: Path) -> None:
    classic = {"ASTERISK_URL": "https://pbx.example.nl:8089/ari", "ASTERISK_PASSWORD": TOKEN}
    file = tmp_path / "ca.pem"
    wrong = mistakes(env | classic | {"ASTERISK_CA_FILE": str(file)})
    file.write_text("not a certificate")
    for told in (*wrong, *mistakes(env | classic | {"ASTERISK_CA_FILE": str(file)})):
        assert told.startswith("ASTERISK_CA_FILE holds no certificates that can be read")
    file.write_text(ssl.DER_cert_to_PEM_cert(ssl.create_default_context().get_ca_certs(binary_form=True)[0]))
    asterisk = load(env | classic | {"ASTERISK_CA_FILE": str(file)}).centres[0].asterisk
    assert asterisk is not None
    assert asterisk.ca == file


def test_an_asterisk_opens_its_link_or_is_connected_to(env: dict[str, str]) -> None:
    assert load(env).centres[0].asterisk is None
    called = load(env | {"ASTERISK_LINK_SECRET": TOKEN}).centres[0].asterisk
    assert called is not None
    assert called.called
    classic = {"ASTERISK_URL": "http://127.0.0.1:8088/ari", "ASTERISK_PASSWORD": TOKEN}
    connected = load(env | classic).centres[0].asterisk
    assert connected is not None
    assert not connected.called
    assert mistakes(env | classic | {"ASTERISK_PASSWORD": "", "ASTERISK_PHONES": "PJSIP/101"}) == (
        "ASTERISK_URL is set and ASTERISK_PASSWORD is not.",
        "ASTERISK_PHONES must hold {user}, as in PJSIP/{user}.",
    )


def test_whoever_must_mend_it_reads_it_in_their_language(env: dict[str, str], tmp_path: Path) -> None:
    wrong = env | {"WARMLIJN_PORT": "80a", "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "none")}
    with pytest.raises(SettingsError) as caught:
        load(wrong)
    assert str(caught.value) == (
        "De instellingen kloppen niet:\n"
        "  - WARMLIJN_PORT is '80a'; dat moet een geheel getal zijn van 1 tot en met 65535.\n"
        "  - TWILIO_AUTH_TOKEN_FILE kan niet worden gelezen: het bestaat niet."
    )
    assert caught.value.told("en").splitlines()[0] == "The settings are not right:"


def test_every_sentence_is_there_in_both_languages_with_the_same_values() -> None:
    for code, (dutch, english) in SENTENCES.items():
        assert dutch != english, code
        assert set(re.findall(r"{(\w+)", dutch)) == set(re.findall(r"{(\w+)", english)), code
    assert all(dutch != english for dutch, english in PROBLEMS.values())


@pytest.mark.parametrize(
    ("options", "head"), [((), "De instellingen kloppen niet:"), (("--lang", "en"), "The settings are not right:")]
)
def test_the_command_line_speaks_the_language_that_was_asked_for(
    options: tuple[str, ...], head: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WARMLIJN_PORT", "80a")
    assert main(["migrate", *options]) == 1
    assert capsys.readouterr().err.startswith(head)


def test_the_key_of_names_is_one_or_two_while_it_is_changed(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "names-key"
    file.write_text(f"{TOKEN},{OTHER}\n")
    assert load(env).names_keys == ()
    assert [key.reveal() for key in load(env | {"WARMLIJN_NAMES_KEY_FILE": str(file)}).names_keys] == [TOKEN, OTHER]
    assert mistakes(env | {"WARMLIJN_NAMES_KEY": TOKEN[:31]}) == (
        "WARMLIJN_NAMES_KEY is too short: at least 32 characters.",
    )
    assert mistakes(env | {"WARMLIJN_NAMES_KEY": "changeme" * 4}) == (
        "WARMLIJN_NAMES_KEY looks like an example; make a random one.",
    )
    assert mistakes(env | {"WARMLIJN_NAMES_KEY": ",".join((TOKEN, OTHER, TOKEN[::-1]))}) == (
        "WARMLIJN_NAMES_KEY must hold one secret, or two separated by a comma while you change them.",
    )
