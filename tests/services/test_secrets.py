"""Keys at rest: closed with the installation's key, opened by it alone, and never shown."""

import logging

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.services.secrets import NoEncryptionKey, SecretBox

SECRET = SecretStr("k3y of the server")


def box() -> SecretBox:
    return SecretBox(SecretStr(Fernet.generate_key().decode()))


def test_a_closed_secret_opens_again_and_does_not_show_what_is_inside() -> None:
    mine = box()
    closed = mine.close(SECRET)
    assert mine.open(closed) == SECRET
    assert SECRET.get_secret_value() not in closed
    assert mine.close(SECRET) != closed  # nor that two servers have the same key


@pytest.mark.parametrize("stored", [None, ""])
def test_nothing_stored_is_nothing(stored: str | None) -> None:
    assert box().open(stored) is None


@pytest.mark.parametrize("stored", ["", None])
def test_without_an_encryption_key_nothing_stored_is_nothing_to_tell(
    stored: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    assert SecretBox(None).open(stored) is None
    assert caplog.text == ""


def test_without_an_encryption_key_nothing_opens_and_the_host_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert SecretBox(None).open(box().close(SECRET)) is None
    assert "ENCRYPTION_KEY" in caplog.text
    assert "/raidhelper connect" in caplog.text


def test_without_an_encryption_key_nothing_closes() -> None:
    with pytest.raises(NoEncryptionKey, match="ENCRYPTION_KEY"):
        SecretBox(None).close(SECRET)


@pytest.mark.parametrize("damage", ["other key", "cut short", "no token at all"])
def test_what_does_not_open_is_none_and_the_host_is_told_without_the_secret(
    damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    mine = box()
    closed = mine.close(SECRET)
    stored = {"other key": box().close(SECRET), "cut short": closed[:-8], "no token at all": "größe"}[damage]
    with caplog.at_level(logging.WARNING):
        assert mine.open(stored) is None
    assert "ENCRYPTION_KEY" in caplog.text
    assert stored not in caplog.text
    assert SECRET.get_secret_value() not in caplog.text
