"""Discord's markup as plain text: emphasis dropped, code kept, times and mentions as a reader sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import regex

# Spelled out, because a machine's locale must not change a picture.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")
_MONTHS += ("December",)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# How Discord's clients round a relative time: up to so many seconds, these words, one of them lasting so long.
_RELATIVE = (
    (45, "a few seconds", 1),
    (90, "a minute", 1),
    (45 * 60, "{} minutes", 60),
    (90 * 60, "an hour", 1),
    (22 * 3600, "{} hours", 3600),
    (36 * 3600, "a day", 1),
    (26 * 86400, "{} days", 86400),
    (46 * 86400, "a month", 1),
    (320 * 86400, "{} months", 2629800),
    (548 * 86400, "a year", 1),
    (float("inf"), "{} years", 31557600),
)
_TOKEN = regex.compile(
    r"```(?:[\w+-]*\n)?(?P<block>.*?)\n?```|(?P<code>`[^`\n]+`)|\\(?P<literal>[^\w\s]|_)"
    r"|<t:(?P<unix>-?\d{1,10})(?::(?P<style>[tTdDfFRsS]))?>|<(?P<kind>@&|@!?|#)(?P<id>\d+)>"
    r"|<a?(?P<emoji>:\w+:)\d+>|</(?P<command>[^:>]+):\d+>|<(?P<hidden>https?://[^>\s]+)>|(?P<address>https?://[^\s)]+)",
    regex.DOTALL,
)
_RULES = [
    (regex.compile(pattern, regex.MULTILINE), result)
    for pattern, result in (
        (r"^(?:#{1,3}|-#) +", ""),
        (r"^>>> |^> ?", "│ "),
        (r"^( *)[-*] +", r"\1• "),
        (r"\[([^\]\n]+)\]\([^)\s]+\)", r"\1"),
        (r"\*\*(.+?)\*\*", r"\1"),
        (r"__(.+?)__", r"\1"),
        (r"~~(.+?)~~", r"\1"),
        (r"\|\|(.+?)\|\|", r"\1"),
        (r"(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])", r"\1"),
        (r"(?<!\w)_(?!\s)([^_\n]+?)(?<!\s)_(?!\w)", r"\1"),
    )
]
# These characters mean nothing by themselves; each marks where a translated token goes. No message has so many tokens.
_PRIVATE = regex.compile(r"[\uE000-\uF8FF]")


@dataclass(frozen=True)
class Reader:
    """Who looks: in `zone`, at the moment `now` (aware), knowing the `names` behind ids (None for a stranger)."""

    zone: ZoneInfo
    now: datetime
    names: Callable[[str], str | None]

    def read(self, text: str) -> str:
        """`text` as this reader sees it, lines kept."""
        kept: list[str] = []
        text = _PRIVATE.sub("\ufffd", text)
        for rule, result in [(_TOKEN, self._keeper(kept)), *_RULES]:
            text = rule.sub(result, text)
        return _PRIVATE.sub(lambda mark: kept[ord(mark[0]) - 0xE000], text)

    def moment(self, when: datetime, style: str = "f") -> str:
        """`when` in one of the styles of `<t:…:style>`; f without one."""
        if style == "R":
            return relative((when - self.now).total_seconds())
        there = when.astimezone(self.zone)
        day, clock = f"{there.day} {_MONTHS[there.month - 1]} {there.year}", f"{there:%H:%M}"
        short = f"{there:%d/%m/%Y}"
        full = f"{_DAYS[there.weekday()]}, {day} {clock}"
        shown = {"t": clock, "T": f"{there:%H:%M:%S}", "d": short, "D": day, "F": full, "s": f"{short} {clock}"}
        return {**shown, "S": f"{short} {there:%H:%M:%S}"}.get(style, f"{day} {clock}")

    def _keeper(self, kept: list[str]) -> Callable[["regex.Match[str]"], str]:
        """Translates a token and puts it where no rule reaches it, so that a name's stars stay stars."""

        def keep(found: "regex.Match[str]") -> str:
            kept.append(self._token(found.groupdict()))
            return chr(0xE000 + len(kept) - 1)

        return keep

    def _token(self, token: dict[str, str | None]) -> str:
        if token["unix"]:
            return self.moment(datetime.fromtimestamp(int(token["unix"]), UTC), token["style"] or "f")
        if token["kind"]:
            return self._mention(token["kind"], token["id"] or "")
        if token["command"]:
            return f"/{token['command']}"
        as_is = ("block", "code", "literal", "emoji", "hidden", "address")
        return next((token[group] or "" for group in as_is if token[group] is not None), "")

    def _mention(self, kind: str, given: str) -> str:
        stranger = {"#": "unknown", "@&": "unknown-role"}.get(kind, "unknown-user")
        return f"{kind[0]}{self.names(given) or stranger}"


def relative(seconds: float) -> str:
    """A distance as Discord words it: `in 5 days` for the future (positive), `2 hours ago` for the past."""
    distance = abs(seconds)
    _, words, unit = next(step for step in _RELATIVE if distance < step[0])
    said = words.format(max(round(distance / unit), 1))
    return f"in {said}" if seconds > 0 else f"{said} ago"
