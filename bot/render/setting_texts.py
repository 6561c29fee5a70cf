"""What officers read about settings: what each does, what holds and where it comes from."""

from collections.abc import Callable
from typing import Any

import discord

from bot.domain.event import Event
from bot.domain.setting import Found, Level, Scope, Setting
from bot.render.texts import deleted_roles, safe

LONGEST_VALUE = 90
"""Characters of one value in the list of all; a longer one is cut short."""
LONGEST_FIELD = 1024

ABOUT = {
    "duration": "how long a raid takes when nobody says",
    "limit": "how many seats a raid has when nobody says",
    "deadline": "how long before the start sign-ups end when nobody says",
    "method": "how seats are given out: self, host, waiting-list or priority",
    "allowed_roles": "only these Discord roles may sign up; none: everybody",
    "banned_roles": "these Discord roles may not sign up",
    "priority_roles": "these roles go before others with the method priority, the first one first",
    "host_roles": "these roles plan raids and manage their own",
    "officer_roles": "these roles run every raid here",
    "own_channel_only": "a channel's officers run the raids of that channel alone",
    "officer_channel": "where officers are asked and told things",
    "voice_channel": "where the raid meets; linked on its sheet",
    "mention_roles": "these roles are pinged when a sheet is posted",
    "announce": "say in the raid channel that next week's raid is posted",
    "thread": "open a thread below each sheet",
    "discord_event": "show each raid among the server's events",
    "temp_role": "give those coming a role until the raid is over",
    "archive": "what becomes of sheet and comp afterwards: never, repost or delete",
    "archive_channel": "where sheets are reposted",
    "archive_after": "how long after its end a raid is archived",
    "reminders": "how long before the start those coming are reminded",
    "remind_by": "where they are reminded: dm or channel",
    "quiet_hours": "nobody is reminded by DM between these hours",
    "join_notice": "what whoever signs up is told a minute later; none: nothing",
    "unsigned": "how long before the start those who have not answered are asked",
    "raider_roles": "who is expected to answer; none: every registered player",
    "invites": "how long before the start those coming are told that invites go out",
    "late_changes": "the leader hears of sign-offs this close to the start",
    "auto_book_delay": "how far into a raid the next one is booked",
    "auto_book_window": "until when that counts as on time",
    "auto_book_catch_up": "how long a missed booking is made up for; 0: not at all",
    "retention": "how long the trail of officers' actions and the log of what was done are kept",
    "keep_raids": "how long raids that are over are kept, with who was there; none: for good",
    "auto_book_fallback": "post a sheet of Muster's own when Raid-Helper stays down",
}
"""What each setting does, in a line."""

GROUPS = {
    "A new raid": ("duration", "limit", "deadline", "method", "allowed_roles", "banned_roles", "priority_roles"),
    "Who runs raids": ("officer_roles", "host_roles", "own_channel_only"),
    "Channels and pings": ("officer_channel", "voice_channel", "mention_roles", "announce"),
    "Beside the sheet": ("thread", "discord_event", "temp_role", "archive", "archive_channel", "archive_after"),
    "What people are told": (
        "reminders",
        "remind_by",
        "quiet_hours",
        "join_notice",
        "unsigned",
        "raider_roles",
        "invites",
        "late_changes",
    ),
    "How long things are kept": ("retention", "keep_raids"),
    "Next week's sheet": ("auto_book_delay", "auto_book_window", "auto_book_catch_up", "auto_book_fallback"),
}

_FROM = {
    Scope.SERVER: "the server",
    Scope.CHANNEL: "the channel",
    Scope.TEMPLATE: "the template",
    Scope.SERIES: "the series",
    Scope.EVENT: "this raid",
}


def overview(
    event: Event | None, found: dict[str, tuple[Setting[Any], Found[Any]]], is_there: Callable[[int], object]
) -> discord.Embed:
    """Every setting that holds and where it comes from, in groups. `is_there`: whether the server has a role."""
    title = f"What holds for {safe(event.title)}"[:256] if event else "What holds in this server"
    embed = discord.Embed(title=title, description=HOW)
    for group, names in GROUPS.items():
        lines = [deleted_roles(_line(*found[name]), is_there) for name in names]
        embed.add_field(name=group, value="\n".join(lines)[:LONGEST_FIELD], inline=False)
    return embed


HOW = (
    "Bold is what somebody set, and behind it for what. A raid goes by its own value, else by its series', its "
    "template's, its channel's, the server's. `/settings server`, `channel`, `template`, `series` and `raid` set one, "
    "`/settings reset` lets it go."
)


def changed(setting: Setting[Any], scope: Scope, found: Found[Any]) -> str:
    """After a setting was set or reset."""
    value = shown(setting, found.value)
    if found.level is not None and found.level.scope is scope:
        return f"`{setting.name}` is **{value}** for {_FROM[scope]} now: {ABOUT[setting.name]}."
    source = _FROM[found.level.scope] if found.level else "Muster's default"
    return f"`{setting.name}` is inherited for {_FROM[scope]} again: **{value}**, from {source}."


def shown(setting: Setting[Any], value: Any) -> str:
    """A value in a line, no mention cut in half."""
    text = " ".join(safe_mentions(setting.kind.show(value)).split())
    if len(text) <= LONGEST_VALUE:
        return text
    return text[:LONGEST_VALUE].rsplit(" ", 1)[0] + " …"


def safe_mentions(text: str) -> str:
    """Mentions of roles and channels stay, other marks are taken away."""
    return text if text.startswith("<") else safe(text)


EXPORTED = "What this server and its channels set. `/settings import` takes the file back."


def imported(count: int) -> str:
    """After a file was taken in."""
    return f"{count} values are set as the file says." if count else "The file sets nothing, so nothing changed."


def choice(setting: Setting[Any]) -> str:
    """A setting in an autocomplete's list."""
    return f"{setting.name}: {ABOUT[setting.name]}"[:100]


def _line(setting: Setting[Any], found: Found[Any]) -> str:
    value = shown(setting, found.value)
    if found.level is None:
        return f"{setting.name}: {value}"
    return f"{setting.name}: **{value}** ({_where(found.level)})"


def _where(level: Level) -> str:
    return f"<#{level.id}>" if level.scope is Scope.CHANNEL else _FROM[level.scope].removeprefix("the ")


EXAMPLES = {
    "Flag": ("on", "off"),
    "Leads": ("60,15", "1d, 2h", "none"),
    "Length": ("30 min", "3h", "1d"),
    "Roles": ("none",),
    "Channel": ("none",),
    "Hours": ("22:00-08:00", "none"),
}


def examples(setting: Setting[Any]) -> tuple[str, ...]:
    """What may be typed for it."""
    kind = getattr(setting.kind, "kind", setting.kind)
    words = tuple(getattr(kind, "words", ()))
    none = ("none",) if kind is not setting.kind else ()
    return tuple(dict.fromkeys((*words, *EXAMPLES.get(type(kind).__name__, ()), *none)))
