"""Keys at rest: encrypted with the installation's Fernet key."""

import logging

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from bot.domain.errors import MusterError

log = logging.getLogger(__name__)


class NoEncryptionKey(MusterError):
    """A Raid-Helper key can only be stored encrypted: the host must set ENCRYPTION_KEY first."""


class NoRaidHelperKey(MusterError):
    """This server has no Raid-Helper key yet: `/raidhelper connect` takes one. Or choose the native sheet."""


class SecretBox:
    """Closes and opens secrets. Without a key nothing can be stored, and nothing stored can be opened."""

    def __init__(self, key: SecretStr | None) -> None:
        self._fernet = Fernet(key.get_secret_value().encode()) if key else None

    def close(self, secret: SecretStr) -> str:
        """The secret as it may be stored. Raises NoEncryptionKey."""
        if self._fernet is None:
            raise NoEncryptionKey
        return self._fernet.encrypt(secret.get_secret_value().encode()).decode()

    def open(self, stored: str | None) -> SecretStr | None:
        """The secret again; None when there is none or it cannot be opened, which the log then says."""
        if not stored:
            return None
        try:
            return SecretStr(self._fernet.decrypt(stored.encode()).decode()) if self._fernet else self._closed()
        except InvalidToken:
            return self._closed()

    def _closed(self) -> None:
        log.warning(
            "A stored Raid-Helper key cannot be opened: set the ENCRYPTION_KEY it was stored with, "
            "or have `/raidhelper connect` store it anew"
        )
