"""Settings: every environment variable, typed; made once in `__main__` and handed down as values."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.raid_helper.transport import checked_base_url

BAD_SETTINGS = 78
"""The exit code for settings the bot cannot run with (EX_CONFIG of sysexits.h)."""

_MENDS = {
    "database_url": "must be a Postgres address, such as postgresql://user:password@host:5432/database",
    "data_dir": "must be a folder the bot may write to",
    "encryption_key": "must be a Fernet key; "
    "`python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` makes one",
    "raid_helper_base_url": "must be https://host/path; plain http is for this machine only",
    "log_level": "must be DEBUG, INFO, WARNING or ERROR",
    "log_format": "must be text or json",
    "members_intent": "must be true or false",
    "shard_count": "must be a whole number from 1 on; leave it out to let Discord choose",
    "shard_ids": "must be numbers below SHARD_COUNT with commas between, such as 0,1; it needs SHARD_COUNT",
}


def _fernet_key(key: SecretStr) -> SecretStr:
    from cryptography.fernet import Fernet

    Fernet(key.get_secret_value().encode())
    return key


def _postgres_address(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError
    return url


class Settings(BaseSettings):
    """What the host sets, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    discord_token: SecretStr | None = None
    database_url: Annotated[SecretStr, AfterValidator(_postgres_address)] | None = None
    data_dir: Path = Path("data")
    encryption_key: Annotated[SecretStr, AfterValidator(_fernet_key)] | None = None
    raid_helper_base_url: Annotated[str, AfterValidator(checked_base_url)] = "https://raid-helper.xyz/api/v4"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    members_intent: bool = False
    shard_count: Annotated[int, Field(ge=1)] | None = None
    shard_ids: Annotated[tuple[int, ...] | None, NoDecode] = None

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value.split(",")) if isinstance(value, str) else value

    @field_validator("shard_ids")
    @classmethod
    def _counted(cls, ids: tuple[int, ...] | None, info: ValidationInfo) -> tuple[int, ...] | None:
        count = info.data.get("shard_count") or 0
        if ids is not None and not all(0 <= one < count for one in ids):
            raise ValueError
        return ids

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


class SettingsError(Exception):
    """A setting the bot cannot run with; the message names it and its mend."""


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsError with a line for every variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False))
        raise SettingsError("\n".join(f"{name.upper()}: {_MENDS[name]}." for name in wrong)) from None


def require_token(settings: Settings) -> str:
    """The bot's token. Raises SettingsError without one, and for what could not even be sent."""
    if settings.discord_token is None:
        raise SettingsError(
            "DISCORD_TOKEN: not set. Create a bot in Discord's developer portal (discord.com/developers/applications), "
            "put its token into .env; to look around without any account, run `make sandbox`."
        )
    token = settings.discord_token.get_secret_value().strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError("DISCORD_TOKEN: that is not a token. Copy it anew from the portal.")
    return token
