"""Which setting is meant, and whether it may be set at a level."""

from typing import Any

from bot.domain.errors import MusterError
from bot.domain.names import did_you_mean, near, shown
from bot.domain.setting import Scope, Setting
from bot.domain.settings import BY_NAME, DEADLINE, DURATION, LIMIT, REMINDERS
from bot.domain.template import OWN_FIELDS


class UnknownSetting(MusterError):
    """There is no such setting. Pick one from the list that appears while you type."""


class NotHere(MusterError):
    """That setting is not set there."""


def find_setting(name: str) -> Setting[Any]:
    """The setting of that name. Raises UnknownSetting, with the likeliest names."""
    found = BY_NAME.get(name.strip().casefold().replace(" ", "_").replace("-", "_"))
    if found is None:
        guesses = did_you_mean(near(name, BY_NAME))
        raise UnknownSetting(f"There is no setting {shown(name)}.{guesses} `/settings show` lists them all.")
    return found


def check_scope(setting: Setting[Any], scope: Scope) -> None:
    """Raise NotHere when the setting cannot be set there, or has a command of its own there."""
    if scope not in setting.scopes:
        levels = ", ".join(one.value for one in setting.scopes)
        raise NotHere(f"`{setting.name}` can be set for: {levels}.")
    if scope is Scope.TEMPLATE and setting.name in OWN_FIELDS:
        raise NotHere(f"A template has a `{setting.name}` of its own: change it with `/template edit`.")
    if scope is Scope.SERIES and setting in (DURATION, LIMIT, DEADLINE):
        raise NotHere(f"A series has a `{setting.name}` of its own: change it with `/raid series edit`.")
    if scope is Scope.EVENT and setting in (DURATION, LIMIT, DEADLINE, REMINDERS):
        raise NotHere(f"A raid has a `{setting.name}` of its own: change it with `/raid edit`.")
