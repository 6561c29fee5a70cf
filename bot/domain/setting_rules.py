"""Which setting is meant, and whether it may be set at a level."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import MusterError
from bot.domain.ids import ChannelId, RoleId
from bot.domain.names import did_you_mean, near, shown
from bot.domain.setting import Effective, Level, Scope, Setting
from bot.domain.setting_kinds import of_one_server
from bot.domain.settings import (
    ARCHIVE,
    ARCHIVE_CHANNEL,
    BY_NAME,
    DEADLINE,
    DURATION,
    LIMIT,
    PRIORITY_ROLES,
    REMINDERS,
    REPOST,
)
from bot.domain.template import OWN_FIELDS


class UnknownSetting(MusterError):
    """There is no such setting. Pick one from the list that appears while you type."""


class NotHere(MusterError):
    """That setting is not set there."""


class ElsewhereInDiscord(MusterError):
    """That channel or role is not in this server."""


@dataclass(frozen=True)
class Here:
    """What there is in the server: its channels, threads among them, and its roles; which of them is @everyone."""

    channels: frozenset[ChannelId] = frozenset()
    roles: frozenset[RoleId] = frozenset()
    everyone: RoleId | None = None

    def and_named_in(self, stored: Mapping[Level, Mapping[str, Any]]) -> "Here":
        """With what the server's own settings name: some of it may have been deleted since."""
        channels = {ChannelId(level.id) for level in stored if level.scope is Scope.CHANNEL}
        roles = set[RoleId]()
        for level, values in stored.items():
            for setting in (
                BY_NAME[name] for name in values.keys() & BY_NAME.keys() if of_one_server(BY_NAME[name].kind)
            ):
                value: tuple[RoleId, ...] | ChannelId | None = Effective([(level, values)])[setting]
                if isinstance(value, tuple):
                    roles.update(value)
                elif value is not None:
                    channels.add(value)
        return Here(self.channels | channels, self.roles | roles, self.everyone)


class EveryoneFirst(MusterError):
    """The roles that go first cannot name @everyone: nobody goes first by a role that all have."""


class NoArchive(MusterError):
    """There is no channel to repost to: set `archive_channel` first, or `archive` to `delete` or `never`."""


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


def check_archive(changed: Collection[str], holds: Effective) -> None:
    """Raise NoArchive when one of those names was changed and sheets would be reposted nowhere."""
    about = {ARCHIVE.name, ARCHIVE_CHANNEL.name} & set(changed)
    if about and holds[ARCHIVE] == REPOST and holds[ARCHIVE_CHANNEL] is None:
        raise NoArchive


def check_here(setting: Setting[Any], value: Any, here: Here) -> None:
    """Raise ElsewhereInDiscord when the value names a channel or a role that another server must have.

    Raises EveryoneFirst, too.
    """
    if not of_one_server(setting.kind) or value is None:
        return
    if setting is PRIORITY_ROLES and here.everyone in value:
        raise EveryoneFirst
    if isinstance(value, tuple):
        strange = [f"role `{one}`" for one in value if one not in here.roles]  # pyright: ignore[reportUnknownVariableType] - ids
    else:
        strange = [] if value in here.channels else [f"channel `{value}`"]
    if strange:
        raise ElsewhereInDiscord(f"`{setting.name}`: the {strange[0]} is not in this server.")
