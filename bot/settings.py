"""Settings: every environment variable, typed; made once in `__main__` and handed down as values."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BAD_SETTINGS = 78
"""The exit code for settings the bot cannot run with (EX_CONFIG of sysexits.h)."""


def _fernet_key(key: SecretStr) -> SecretStr:
    from cryptography.fernet import Fernet

    try:
        Fernet(key.get_secret_value().encode())
    except ValueError:
        raise ValueError("is not a Fernet key; leave it out with the embedded database, or make one") from None
    return key


class Settings(BaseSettings):
    """What the host sets, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    discord_token: SecretStr | None = None
    database_url: SecretStr | None = None
    data_dir: Path = Path("data")
    encryption_key: Annotated[SecretStr, AfterValidator(_fernet_key)] | None = None
    raid_helper_base_url: str = "https://raid-helper.xyz/api/v4"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    members_intent: bool = False
    shard_count: int | None = None
    shard_ids: Annotated[tuple[int, ...] | None, NoDecode] = None

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value.split(",")) if isinstance(value, str) else value

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
        lines = [f"{_name(one['loc'])}: {one['msg']}" for one in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines)) from None


def require_token(settings: Settings) -> str:
    """The bot's token. Raises SettingsError without one."""
    if settings.discord_token is None:
        raise SettingsError(
            "DISCORD_TOKEN: not set. Create a bot in Discord's developer portal (discord.com/developers/applications), "
            "put its token into .env; to look around without any account, run `make sandbox`."
        )
    return settings.discord_token.get_secret_value()


def _name(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "settings"
