"""A server's settings as a file: written with what the server and its channels set, read back whole or not at all."""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import MusterError
from bot.domain.ids import ChannelId
from bot.domain.names import shown
from bot.domain.setting import SERVER, Level, Scope
from bot.domain.setting_rules import Here, check_here, check_scope, find_setting

LARGEST_FILE = 256 * 1024


class BadSettingsFile(MusterError):
    """That is no file of settings. Take one that `/settings export` gives."""


def write_settings(stored: Mapping[Level, Mapping[str, Any]]) -> str:
    """The server's and its channels' values as JSON; those of series and raids mean nothing elsewhere."""
    channels = {str(level.id): dict(values) for level, values in stored.items() if level.scope is Scope.CHANNEL}
    server = dict(stored.get(SERVER, {}))
    return json.dumps({"server": server, "channels": channels}, indent=2, ensure_ascii=False) + "\n"


def read_settings(content: bytes, here: Here) -> Mapping[Level, Mapping[str, Any]]:
    """What a file sets. Raises BadSettingsFile, ElsewhereInDiscord."""
    data = _json(content)
    found: dict[Level, Mapping[str, Any]] = {SERVER: _values(data.get("server", {}), Scope.SERVER, here)}
    for number, values in _object(data.get("channels", {})).items():
        if not number.isdigit() or ChannelId(int(number)) not in here.channels:
            raise BadSettingsFile(f"The channel {shown(number)} of the file is not in this server.")
        found[Level(Scope.CHANNEL, int(number))] = _values(values, Scope.CHANNEL, here)
    return found


def _json(content: bytes) -> Mapping[str, Any]:
    if len(content) > LARGEST_FILE:
        raise BadSettingsFile
    try:
        return _object(json.loads(content.decode("utf-8-sig")))
    except json.JSONDecodeError as error:
        raise BadSettingsFile(f"Line {error.lineno}: this is not JSON ({error.msg}).") from None
    except (ValueError, RecursionError):
        raise BadSettingsFile from None


def _object(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise BadSettingsFile
    return found  # pyright: ignore[reportUnknownVariableType] - JSON


def _values(found: Any, scope: Scope, here: Here) -> Mapping[str, Any]:
    values = _object(found)
    for name, kept in values.items():
        setting = find_setting(name)
        check_scope(setting, scope)
        try:
            value = setting.kind.load(kept)
        except (TypeError, ValueError):
            raise BadSettingsFile(f"`{setting.name}` cannot have the value {shown(json.dumps(kept))}.") from None
        check_here(setting, value, here)
    return values
