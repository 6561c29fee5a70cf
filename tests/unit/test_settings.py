from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings, SettingsError, load_settings, require_token

KEY = urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def clean_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A host that has set nothing: no variable of ours, and a working directory without a `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set_is_enough_but_for_the_token():
    settings = load_settings()
    assert settings.model_dump() == {
        "discord_token": None,
        "database_url": None,
        "data_dir": Path("data"),
        "encryption_key": None,
        "raid_helper_base_url": "https://raid-helper.xyz/api/v4",
        "log_level": "INFO",
        "log_format": "text",
        "members_intent": False,
        "shard_count": None,
        "shard_ids": None,
    }


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({"DATA_DIR": "/srv/muster"}, "data_dir", Path("/srv/muster")),
        (
            {"RAID_HELPER_BASE_URL": "http://127.0.0.1:8080/api/v4"},
            "raid_helper_base_url",
            "http://127.0.0.1:8080/api/v4",
        ),
        ({"RAID_HELPER_BASE_URL": "http://localhost:1"}, "raid_helper_base_url", "http://localhost:1"),
        ({"RAID_HELPER_BASE_URL": " https://rh.example/api "}, "raid_helper_base_url", "https://rh.example/api"),
        ({"LOG_LEVEL": "debug"}, "log_level", "DEBUG"),
        ({"log_level": "Warning"}, "log_level", "WARNING"),
        ({"LOG_FORMAT": "json"}, "log_format", "json"),
        ({"MEMBERS_INTENT": "true"}, "members_intent", True),
        ({"MEMBERS_INTENT": "0"}, "members_intent", False),
        ({"SHARD_COUNT": "4"}, "shard_count", 4),
        ({"SHARD_COUNT": "4", "SHARD_IDS": "0, 3"}, "shard_ids", (0, 3)),
        ({"SHARD_COUNT": "4", "SHARD_IDS": "2"}, "shard_ids", (2,)),
        ({"SHARD_IDS": "", "LOG_LEVEL": ""}, "shard_ids", None),  # set to nothing is not set
    ],
)
def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], field: str, value: Any):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert getattr(load_settings(), field) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DISCORD_TOKEN", "made-up-token"),
        ("DATABASE_URL", "postgresql://muster:made-up@db.example/muster"),
        ("DATABASE_URL", "postgres://muster:made-up@db.example/muster"),
        ("ENCRYPTION_KEY", KEY),
    ],
)
def test_secrets_are_read_and_never_shown(monkeypatch: pytest.MonkeyPatch, name: str, text: str):
    monkeypatch.setenv(name, text)
    settings = load_settings()
    assert getattr(settings, name.lower()).get_secret_value() == text
    assert text not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "text", "mend"),
    [
        ("DATABASE_URL", "mysql://muster:made-up@db.example/muster", "postgresql://user:password@host:5432/database"),
        ("DATABASE_URL", "db.example", "postgresql://user:password@host:5432/database"),
        ("ENCRYPTION_KEY", "made-up", "must be a Fernet key; `python -c"),
        ("ENCRYPTION_KEY", "schlüssel", "must be a Fernet key; `python -c"),
        ("RAID_HELPER_BASE_URL", "http://raid-helper.example/api", "plain http is for this machine only"),
        ("RAID_HELPER_BASE_URL", "ftp://raid-helper.example", "https://host/path"),
        ("RAID_HELPER_BASE_URL", "raid-helper.example", "https://host/path"),
        ("RAID_HELPER_BASE_URL", "https://me:made-up@raid-helper.example", "https://host/path"),
        ("RAID_HELPER_BASE_URL", "https://rh.example/api?key=made-up", "https://host/path"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("MEMBERS_INTENT", "maybe", "true or false"),
        ("SHARD_COUNT", "many", "whole number from 1 on"),
        ("SHARD_COUNT", "0", "whole number from 1 on"),
        ("SHARD_COUNT", "-2", "whole number from 1 on"),
    ],
)
def test_a_bad_value_names_its_variable_and_the_mend_but_not_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, mend: str
):
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert mend in message
    assert text not in message
    assert "\n" not in message


@pytest.mark.parametrize(("count", "ids"), [("4", "0,x"), ("4", "4"), ("4", "-1"), ("", "0")])
def test_shards_must_fit_their_count(monkeypatch: pytest.MonkeyPatch, count: str, ids: str):
    monkeypatch.setenv("SHARD_COUNT", count)
    monkeypatch.setenv("SHARD_IDS", ids)
    with pytest.raises(SettingsError, match=r"^SHARD_IDS: .*below SHARD_COUNT.*such as 0,1; it needs SHARD_COUNT"):
        load_settings()


def test_everything_at_fault_is_said_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("MEMBERS_INTENT", "maybe")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["LOG_FORMAT", "MEMBERS_INTENT"]


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, clean_host: Path):
    (clean_host / ".env").write_text("LOG_FORMAT=json\nLOG_LEVEL=ERROR\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    settings = load_settings()
    assert (settings.log_format, settings.log_level) == ("json", "DEBUG")


def test_without_a_token_it_says_where_to_get_one_and_what_needs_none():
    with pytest.raises(SettingsError, match=r"DISCORD_TOKEN: not set.*discord\.com/developers.*make sandbox"):
        require_token(load_settings())


def test_the_token_is_handed_out_once_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DISCORD_TOKEN", "made-up-token")
    assert require_token(load_settings()) == "made-up-token"
