"""What officers did, in words: to a raid, in its panel, and to the server, below `/settings history`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.panel import Past
from bot.domain.setting import Scope, Setting
from bot.domain.settings import BY_NAME
from bot.render.setting_texts import shown
from bot.render.sheet import cut, units
from bot.render.texts import safe, stamp

LONGEST_LINE = 200
LONGEST_PLAYED = 30
NUMBERS = frozenset({"total_limit", "minimum"})
LONGEST_TRAIL = 1900
NOTHING_DONE = "Nobody has changed anything here for as long as Muster remembers (`/settings server retention`)."
HEAD = "**What was changed here, beside single raids** (`/raid show`, `History` has those)"

DID: Mapping[str, str] = {
    "create": "planned the raid",
    "raidhelper.import": "took the raid over from Raid-Helper",
    "copy": "planned the raid as a copy of another",
    "edit": "changed {what}",
    "move": "moved the raid{when}",
    "close": "closed the sheet",
    "reopen": "opened the sheet again",
    "cancel": "cancelled the raid",
    "keep": "kept the raid below its minimum",
    "repost": "had the deleted sheet posted again",
    "announce": "announced something",
    "reminder": "had everybody reminded",
    "unsigned": "had those told who had not answered",
    "substitutes": "asked bench and substitutes",
    "remove": "took {who} off the sheet",
    "switch": "took up what {who} offered",
    "undo": "took something back",
    "letter.retry": "had something tried again that was given up",
    "letter.discard": "let something go that was given up",
    "comp.propose": "had the comp proposed",
    "comp.move": "moved {who} in the comp",
    "comp.swap": "swapped places in the comp",
    "comp.take_out": "took {who} out of the comp",
    "comp.publish": "published the comp",
    "comp.unpublish": "took the comp down",
    "series.add": "started the series {series}",
    "series.book": "had the raid booked",
    "series.bring": "brought the raid to the series' new definition",
    "series.edit": "changed the series {series}",
    "series.skip": "left out the night {day} of {series}",
    "series.unskip": "had the night {day} of {series} raided after all",
    "series.move": "moved the night {day} of {series}",
    "series.pause": "paused the series {series}",
    "series.resume": "took the series {series} up again",
    "series.end": "ended the series {series}",
    "series.break": "set a break from {first} to {last}",
    "series.break.end": "ended the break from {first} to {last}",
    "setup": "set up {what}",
    "settings.import": "took in settings from a file, {values} of them",
    "raidhelper.connect": "connected Raid-Helper",
    "raidhelper.disconnect": "disconnected Raid-Helper",
    "template.create": "made the template {template}",
    "template.copy": "copied the template {of} as {template}",
    "template.edit": "changed the template {template}",
    "template.import": "took in the template {template} from a file",
    "template.delete": "deleted the template {template}",
    "template.default": "made the template {template} the default",
    "rank.set": "set the rank {rank}",
    "rank.remove": "removed the rank {rank}",
    "rank.give": "gave {who} the rank {rank}",
    "player.invite": "changed whether {who} comes on booked sheets",
    "player.active": "changed whether {who} is active",
    "player.hiatus": "wrote down that {who} is away",
    "player.back": "wrote down that {who} is back",
    "player.link": "linked {name} with {who}",
}
"""What an action of the trail is called; in braces its details. `add` and `settings` are told by functions below."""

EDITED: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "total_limit": "limit",
    "minimum": "minimum",
    "deadline": "deadline",
    "ends_at": "duration",
    "leader_id": "leader",
    "reminders": "reminders",
    "channel_id": "channel",
    "raid_channel": "raid channel",
    "officer_channel": "officer channel",
    "timezone": "time zone",
    "officer_roles": "officer roles",
}


def trail(found: Sequence[Past]) -> str:
    """What was done to the server, the latest first."""
    return "\n".join([HEAD, *most([f"- {line(one)}" for one in found], LONGEST_TRAIL)]) if found else NOTHING_DONE


def line(past: Past) -> str:
    """Who did what, and when."""
    who = f"<@{past.actor_id}>" if past.actor_id else "Somebody"  # nobody's name is kept who wanted to be forgotten
    gone = " · undone" if past.undone else ""
    return f"{who} {_did(past)} {stamp(past.at, 'R')}{gone}"


def most(lines: Sequence[str], longest: int) -> Sequence[str]:
    """The first lines within `longest` units, the last saying how many more there are."""
    short = [cut(one, LONGEST_LINE) for one in lines]
    fit = [one for count, one in enumerate(short, start=1) if units("\n".join(short[:count])) <= longest]
    return [*fit, f"… and {len(lines) - len(fit)} more"] if len(fit) < len(lines) else fit


def _did(past: Past) -> str:
    if past.action == "add":
        return _put(past)
    if past.action == "settings":
        return _set(past)
    if past.undid:
        return f"took back: {_did(past.undid)}"
    # A word of the trail that has none here is still worth its line.
    found = DID.get(past.action)
    return found.format_map(_Words(past)) if found else safe(past.action)


class _Words(dict[str, str]):
    """What stands for a word in braces."""

    def __init__(self, past: Past) -> None:
        super().__init__(who=_whom(past), what=_what(past), when=_when(past), series=_series(past))
        self._details = past.details

    def __missing__(self, name: str) -> str:
        return _bold(self._details[name]) if name in self._details else "something"


def _put(past: Past) -> str:
    """Somebody put on the sheet, or given another answer."""
    before, after = past.details.get("before"), past.details.get("after") or {}
    played = safe(cut(" ".join(filter(None, (after.get("spec_name"), after.get("class_name")))), LONGEST_PLAYED))
    answer = ", ".join(filter(None, (safe(str(after.get("choice", ""))), played)))
    return f"changed {_whom(past)} to {answer}" if before else f"put {_whom(past)} on the sheet as {answer}"


def _set(past: Past) -> str:
    """A setting set or let go, at one level."""
    setting, where = BY_NAME.get(past.details.get("setting", "")), _where(past)
    if setting is None:  # of another version
        return f"changed a setting for {where}"
    if past.details.get("reset"):
        return f"let `{setting.name}` go for {where}"
    return f"set `{setting.name}` to **{_value(setting, past.details.get('value'))}** for {where}"


def _value(setting: Setting[Any], kept: Any) -> str:
    try:
        return shown(setting, setting.kind.load(kept))
    except (ValueError, TypeError):
        return "something"


def _where(past: Past) -> str:
    details = past.details
    words = {
        Scope.CHANNEL: f"<#{details.get('channel')}>",
        Scope.TEMPLATE: f"the template {_bold(details.get('template', ''))}",
        Scope.SERIES: f"the series {_series(past)}",
        Scope.EVENT: "the raid",
    }
    return words.get(details.get("scope", ""), "the server")


def _what(past: Past) -> str:
    """What was changed, and numbers from what to what."""
    before, after = past.details.get("before") or {}, past.details.get("after") or {}
    words = {name: EDITED[name] for name in after if name in EDITED}
    for name in NUMBERS & words.keys() & before.keys():
        words[name] += f" ({before[name] or 'none'} → {after[name] or 'none'})"
    return ", ".join(words.values()) or "the raid"


def _when(past: Past) -> str:
    """From when to when a raid was moved."""
    found = [(past.details.get(side) or {}).get("starts_at") for side in ("before", "after")]
    before, after = (stamp(datetime.fromisoformat(one), "f") if isinstance(one, str) else None for one in found)
    return f" from {before} to {after}" if before and after else ""


def _whom(past: Past) -> str:
    return f"**{safe(past.name)}**" if past.name else "somebody"


def _series(past: Past) -> str:
    return f"**{safe(past.series)}**" if past.series else "a series"


def _bold(value: object) -> str:
    return f"**{safe(cut(str(value), 100))}**"
