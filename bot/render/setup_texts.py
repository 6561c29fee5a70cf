"""What `/raid setup` without options shows: the steps, what is missing, and when the raids would be."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.first_steps import Steps
from bot.domain.ids import ChannelId, RoleId
from bot.domain.needs import Lack
from bot.domain.server import Server
from bot.render.rights_texts import lacking, where_to_give
from bot.render.texts import WEEKDAYS, safe, stamp

CHOOSE_CHANNEL = "Choose the raid channel"
CHOOSE_ROLE = "Choose the officer role"
CHOOSE_OFFICERS = "Choose the officer channel"
CHOOSE_ZONE = "Choose the time zone"
CHOOSE_GAME = "Choose the game"
ELSEWHERE = "Another time zone…"
TEST = "Post a test sheet"
DROP = "Delete the test sheet"
LOOK = "Look again"
ZONE_FIELD, ZONE_HINT = "Where are you?", "A city such as Berlin or New York, or a name such as Europe/Berlin"
TEST_TITLE = "Test sheet"
TEST_TEXT = "A test: press the buttons and look what they do. Nobody is pinged, and it deletes itself within the hour."
DROPPED = "The test sheet goes."
BEGIN = (
    "Thanks for having me. Whoever manages this server begins with `/raid setup`: "
    "seven choices and presses later a test sheet stands."
)
THEN_LOOK = "Then press `Look again`."
DONE, OPEN, TROUBLE = "✅", "⬜", "⚠️"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def head(server: Server, done: int) -> str:
    """The title, with how many of the steps are done."""
    connected = "connected" if server.raid_helper_key else "not connected (`/raidhelper connect`, if you use it)"
    return f"## Set Muster up\n{done} of 5 are set; each choice is saved at once. Raid-Helper: {connected}."


def raid_channel(found: Lack | None) -> str:
    """Step 1."""
    return _channel("1. Raid channel", "where sheets and announcements stand", found)


def officer_channel(found: Lack | None) -> str:
    """Step 3."""
    return _channel("3. Officer channel", "where I tell the officers what needs them", found)


def officer_role(roles: frozenset[RoleId], gone: bool, blind: frozenset[RoleId], hidden: Sequence[str]) -> str:
    """Step 2: `roles` that are there; `gone` when another was deleted; those of `blind` lack Manage Events and do not
    see `hidden`."""
    if gone and not roles:
        return _line(TROUBLE, "2. Officer role", "it was deleted: choose another. Until then Manage Server decides.")
    if not roles:
        return _line(OPEN, "2. Officer role", "whoever has it may use `/raid`; until then Manage Server decides")
    lines = [_line(DONE, "2. Officer role", " ".join(f"<@&{one}>" for one in sorted(roles)))]
    if gone:
        lines.append(f"{TROUBLE} A role was deleted: choose another.")
    if blind and hidden:
        names = " ".join(f"<@&{one}>" for one in sorted(blind))
        commands = ", ".join(f"`{one}`" for one in hidden)
        lines.append(
            f"{TROUBLE} {names} lacks **Manage Events**, so its members do not see {commands}. Give it that, or allow "
            "the role under Server Settings, Integrations, Muster. Everything under `/raid` works without."
        )
    return "\n".join(lines)


def time_zone(steps: Steps) -> str:
    """Step 4."""
    server = steps.server
    if not server.timezone:
        return _line(OPEN, "4. Time zone", "on whose clocks 20:00 is 20:00; until then UTC")
    return _line(DONE, "4. Time zone", f"{server.timezone}, {steps.now.astimezone(server.zone):%H:%M} there now")


def game(steps: Steps) -> str:
    """Step 5."""
    return _line(DONE, "5. Game", f"{safe(steps.game)}; a raid may have another")


def nights(steps: Steps) -> str:
    """When the next raids would be, on the server's clocks."""
    zone = steps.server.zone
    lines = [f"- {_local(one.starts_at, zone)}{f' · 🕒 {one.mark}' if one.mark else ''}" for one in steps.nights]
    here = f"-# On your own clocks the first is {stamp(steps.nights[0].starts_at)}."
    return "\n".join(["**A raid every Wednesday at 20:00 would be at**", *lines, here])


def next_step(steps: Steps, *, postable: bool) -> str:
    """What to do now."""
    if steps.test is not None:
        where = steps.test.link or f"on its way; `{LOOK}` finds it."
        return f"🧪 The test sheet: {where}\n➡️ {FIRST_RAID}"
    if not postable:
        return "➡️ Choose a raid channel I may post in, and a test sheet can stand there."
    return f"➡️ `{TEST}` shows what members see. {FIRST_RAID}"


FIRST_RAID = (
    "The first weekly raid: `/raid series add title:Heroic weekday:Wednesday time:20:00`. "
    "`/raid create` posts a single one."
)


def test_posted(channel_id: ChannelId | None) -> str:
    """After `Post a test sheet`."""
    return f"A test sheet is on its way to <#{channel_id}>."


def zone_option(zone: str, now: datetime) -> tuple[str, str]:
    """A zone in the select: its name, and what its clocks show."""
    return zone, f"{now.astimezone(ZoneInfo(zone)):%H:%M} there now"


def _channel(name: str, what_for: str, found: Lack | None) -> str:
    """A channel's step; None while none is set."""
    if found is None:
        return _line(OPEN, name, what_for)
    if found:
        named = _line(TROUBLE, name, f"<#{found.channel_id}>")
        return "\n".join(
            [named, _sentence(lacking(found)), *where_to_give([found]), *([THEN_LOOK] if found.names else [])]
        )
    return _line(DONE, name, f"<#{found.channel_id}>")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _line(mark: str, name: str, what: str) -> str:
    return f"{mark} **{name}**: {what}"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    weekday, month = WEEKDAYS[local.weekday()][:3], MONTHS[local.month - 1]
    return f"{weekday} {local.day} {month} {local.year}, {local:%H:%M} {local.tzname()}"
