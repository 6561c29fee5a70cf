"""Every sentence a user reads, except the refusals, which stand with their errors."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.event import LONGEST_TITLE, Event, EventStatus, SheetKind
from bot.domain.gates import Tier
from bot.domain.ids import ChannelId
from bot.domain.notice import Notice
from bot.domain.roster import Placed
from bot.domain.server import Server
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, GameClass, Template
from bot.domain.words import Words

MY_SIGN_UP = "My sign-up"
WITHDRAW = "Withdraw"
FORM_TOO_OLD = "I was restarted while that form was open, so nothing was taken from it. Please open it again."
BUTTON_TOO_OLD = "That button does nothing any more. Look for a newer message of mine, or ask an officer."
NOTHING_TO_OFFER = "I cannot look that up right now: type it in full, or try again in a minute."
ONLY_IN_SERVERS = "That works in a server only, not in direct messages."
EMOJI = {Choice.LATE: "🕒", Choice.TENTATIVE: "⚖️", Choice.BENCH: "🪑", Choice.ABSENCE: "🚫", Choice.ACCEPTED: "✅"}
STATUS = {
    EventStatus.IN_PROGRESS: "▶️ **Under way** · sign-ups are closed",
    EventStatus.COMPLETED: "🏁 **Over** · thanks for coming",
    EventStatus.ARCHIVED: "🏁 **Over** · thanks for coming",
}
"""The line on the sheet of a raid that has begun."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Emphasis, code, spoilers, links and everything in pointed brackets; lists, headings and quotes at the beginning.
_MARKUP = re.compile(r"[\\*_~`|<\[]|^[#>+-]|(?<=^\d)\.|(?<=^\d\d)\.")

_ROLE = re.compile(r"<@&(\d+)>")
DELETED_ROLE = "⚠️ a deleted role"

# Signs that turn the direction of everything behind them, ours included.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """User text for a message: no markdown, mentions, links, times, turned direction or line breaks of its own.

    discord.py's `escape_markdown` leaves what stands in a link or in `<...>` as it is.
    """
    escaped = _MARKUP.sub(r"\\\g<0>", " ".join(_TURNS.sub("", text).split()))
    for live in ("@everyone", "@here", "://"):
        escaped = escaped.replace(live, f"{live[0]}\u200b{live[1:]}")
    return escaped


def deleted_roles(text: str, is_there: Callable[[int], object]) -> str:
    """The text with words for the roles it mentions that are not there: Discord would print "@deleted-role"."""
    return _ROLE.sub(lambda found: found[0] if is_there(int(found[1])) else DELETED_ROLE, text)


def stamp(moment: datetime, style: str = "F") -> str:
    """Discord's own timestamp, shown to everyone in their zone."""
    return f"<t:{int(moment.timestamp())}:{style}>"


def thread_stays(thread_id: ChannelId) -> str:
    """What becomes of a raid's thread when its sheet goes to another channel."""
    return f"Discord moves no thread: <#{thread_id}> stays, and the sheet has a link to it."


# ---------------------------------------------------------------- the sheet's buttons


def class_wanted(event: Event, words: Words, *, several: bool) -> str:
    """Above the select of classes, for somebody with `several` characters of the game or not."""
    remembers = "Muster remembers it: next time one click is enough."
    if several:  # none of them may be of that class
        remembers = "One click keeps signing up with your main, which `/me characters edit` sets."
    return f"**{safe(event.title)}**: which {safe(words.of_class)} do you bring? {remembers}"


def choose_class(words: Words) -> str:
    """The select of classes, closed."""
    return f"Choose your {words.of_class}"


def spec_wanted(game_class: GameClass, words: Words) -> str:
    """Above the select of specs."""
    return f"{game_class.emoji} {safe(game_class.name)}: which {safe(words.of_spec)}?"


def choose_spec(game_class: GameClass, words: Words) -> str:
    """The select of specs, closed."""
    return f"Choose your {game_class.name} {words.of_spec}"[:150]


def change_spec(words: Words) -> str:
    """The button that asks for class and spec anew."""
    both = dict.fromkeys((words.of_class, words.of_spec))
    return f"Change {' or '.join(both)}"


def signed_up(template: Template, placed: Placed) -> str:
    """What a member's own answer is now."""
    sign_up = placed.sign_up
    what = _as_what(template, placed)
    if placed.position is not None:
        late = ", coming **late**" if sign_up.choice is Choice.LATE else ""
        waits = f"in the **queue** at place {placed.position}{what}{late}"
        if until_chosen(template, placed):
            return f"You are {waits}. Officers choose who comes to this raid: once they put you in, you are told."
        # Not "the raid is full": it may be the tanks' seats alone.
        return f"No seat is free for you, so you are {waits}. When one opens you move up and are told."
    if sign_up.choice is Choice.ACCEPTED:
        return f"You are in{what}, #{placed.number}."
    label = template.labels.get(sign_up.choice, sign_up.choice.value)
    sentences = {
        Choice.LATE: f"You are in and coming **late**{what}, #{placed.number}.",
        Choice.TENTATIVE: f"You are down as **{safe(label)}**. It holds no seat: sign up as soon as you know.",
        Choice.BENCH: "You are on the **bench**: you fill in if somebody is missing.",
        Choice.ABSENCE: f"You are down as **{safe(label)}**. Thanks for saying so.",
    }
    return sentences[sign_up.choice]


def until_chosen(template: Template, placed: Placed) -> bool:
    """Whether somebody waits for the officers' word, not for a seat."""
    return template.gates.seats_only_the_chosen() and placed.sign_up.tier is not Tier.HOST_ADDED


def _as_what(template: Template, placed: Placed) -> str:
    called = template.shown(placed.sign_up.class_name, placed.sign_up.spec_name)
    return f" as **{safe(called)}**" if called else ""


def withdrawn(event: Event) -> str:
    """After `Withdraw`."""
    return f"Your answer for **{safe(event.title)}** is gone. The buttons on the sheet bring you back any time."


def notice(what: Notice, sheet: Sheet, placed: Placed | None) -> str:
    """To a member whose place changed without their doing."""
    event = sheet.event
    raid, spec = f"**{safe(event.title)}**, {stamp(event.starts_at)}", safe(sheet.template.words.of_spec)
    sentence = {
        Notice.PROMOTED: f"A seat opened: you are now in {raid}.",
        Notice.DEMOTED: f"You lost your seat in {raid}: there are fewer, or somebody who goes first took it.",
        Notice.ADDED: f"An officer put you on the sheet of {raid}.",
        Notice.MOVED: f"An officer changed your answer to {raid}.",
        Notice.SWITCHED: f"An officer took up your offer: you play another {spec} in {raid}.",
        Notice.REMOVED: f"An officer took you off the sheet of {raid}. Ask them if that surprises you.",
    }[what]
    now = "" if placed is None or what is Notice.PROMOTED else f" {signed_up(sheet.template, placed)}"
    where = f"\n{event.link}" if event.link else ""
    return f"{sentence}{now}{where}"


def direct(server: str, text: str) -> str:
    """A direct message: the server it is about, then what there is to say."""
    return f"📍 **{safe(server)}**\n{text}"


# ---------------------------------------------------------------- officers


def created(event: Event) -> str:
    """After `/raid create`."""
    where = f"<#{event.channel_id}>"
    how = "Raid-Helper posts its sheet" if event.sheet is SheetKind.RAID_HELPER else "The sheet appears"
    later = f" {stamp(event.post_at, 'f')}" if event.post_at else ""
    planned = f"**{safe(event.title)}** is planned for {stamp(event.starts_at)}."
    return f"{planned} {how} in {where}{later}. Its id is `{event.id}`."


ZONE_UNSET = "This server has no time zone yet, so times you type are read as UTC: `/raid setup timezone:` sets one."


def booked_now(event: Event) -> str:
    """After `/raid series book`."""
    return (
        f"**{safe(event.title)}** is booked for {stamp(event.starts_at)}: its sheet appears in <#{event.channel_id}>."
    )


def cancelled(event: Event, *, deleted: bool, gone: bool = False) -> str:
    """After `/raid cancel`; `gone`: so is the channel its sheet stood in."""
    # Raid-Helper knows no cancelled raid: its sheet always goes.
    goes = deleted or event.sheet is SheetKind.RAID_HELPER
    sheet = "Its sheet is being deleted." if goes else "The sheet stays and says so."
    if not goes and (gone or event.link is None):
        sheet = "It has no sheet that could say so."
    follow = ""
    if event.series_id is not None and event.successor_id is None:
        follow = (
            " A cancelled raid books no successor: `/raid series book` posts the series' next one at once, "
            "`/raid series skip` of this night has it book itself at its usual time."
        )
    return f"**{safe(event.title)}**, {stamp(event.starts_at)}, is cancelled. {sheet}{follow}"


def upcoming(events: Sequence[Event]) -> str:
    """The answer to `/raid list`, within a message's 2000 characters."""
    if not events:
        return "Nothing is planned. `/raid create` posts a raid, `/raid series add` one for every week."
    lines = [_line(event) for event in events]
    shown = [line for count, line in enumerate(lines) if len("\n".join(lines[: count + 1])) <= 1900]
    rest = len(lines) - len(shown)
    return "\n".join([*shown, f"… and {rest} more"] if rest else shown)


def _line(event: Event) -> str:
    running = " · running" if event.status is EventStatus.IN_PROGRESS else ""
    link = f" · {event.link}" if event.link else ""
    if event.post_at and not event.posted_before:
        link = f" · posted {stamp(event.post_at, 'f')}"
    # A row written by hand may have a title of any length.
    title = safe(event.title[:LONGEST_TITLE])
    return f"`{event.id}` **{title}** {stamp(event.starts_at)}{running}{link}"


def missing_permissions(channel_id: ChannelId, names: Sequence[str]) -> str:
    """A channel the bot cannot use as asked."""
    return f"I cannot post there yet: in <#{channel_id}> I need {', '.join(f'**{name}**' for name in names)}."


def channel_gone(channel_id: ChannelId) -> str:
    """A channel that was set or chosen and is not in the server."""
    return f"I cannot find <#{channel_id}> any more. `/raid setup` sets another channel."


def raids_channel_gone(channel_id: ChannelId) -> str:
    """The same of the channel a raid's sheet stands in."""
    return f"I cannot find <#{channel_id}> any more. `/raid edit channel:` posts this raid in another."


ROLE_GONE = "The officer role was deleted: `/raid setup officer_role:` sets another."


def set_up(server: Server, problems: Sequence[str]) -> str:
    """The answer to `/raid setup`: what holds now, and what is still missing."""
    roles = ", ".join(f"<@&{role}>" for role in sorted(server.officer_roles)) or "none: Manage Server decides"
    lines = [
        f"Raid channel: {_channel(server.raid_channel_id)}",
        f"Time zone: {server.timezone or 'UTC (not set)'}",
        f"Officer role: {roles}",
        f"Officer channel: {_channel(server.officer_channel_id)}",
        f"Raid-Helper: {'connected' if server.raid_helper_key else 'not connected'}",
        *(problems or [_next_step(server)]),
    ]
    return "\n".join(lines)


def _next_step(server: Server) -> str:
    """What to type after `/raid setup`."""
    missing = {"channel": server.raid_channel_id, "timezone": server.timezone}
    wanted = " ".join(f"{name}:" for name, value in missing.items() if not value)
    if wanted:
        return f"➡️ Next: `/raid setup {wanted}`, so that sheets have a place and 20:00 is your 20:00."
    return (
        "➡️ Next: `/raid create title:Heroic when:wed 20:00` posts a raid, `/raid series add` one for every week. "
        "`/template list` shows the games."
    )


def _channel(channel_id: ChannelId | None) -> str:
    return f"<#{channel_id}>" if channel_id else "not set"


RAID_HELPER_CONNECTED = "Raid-Helper is connected. The key works and is stored encrypted; nobody can read it back here."


def raid_helper_works(left: int) -> str:
    """The answer to `/raidhelper test`: the key works, and what is `left` of the day's 1000 requests."""
    return (
        "Raid-Helper answers and accepts this server's key. "
        f"About {left} of the 1000 requests it takes in 24 hours are left; every sign-up is one."
    )


RAID_HELPER_DISCONNECTED = "Raid-Helper is disconnected and its key forgotten. Native series go on booking."
RAID_HELPER_KEY = "Raid-Helper API key"
RAID_HELPER_KEY_HINT = "Raid-Helper's own /apikey command shows it"


# ---------------------------------------------------------------- bookings


def booked(link: str) -> str:
    """The announcement of a booked sheet, word for word the origin's."""
    return f"📅 Next week's raid has been posted! Sign up here:\n{link}"


def unannounced(link: str) -> str:
    """To the officers when there is no raid channel to announce in."""
    return f"⚠️ Next week's raid is posted, but no raid channel is set to announce it in: `/raid setup channel:`\n{link}"


CANNOT_LOOK = (
    "The answer to that post got lost, so it may stand already, and Muster may not look: allow it Read Message History "
    "in that channel, or look yourself before having it posted again."
)


# ---------------------------------------------------------------- the host's mention commands

FOR_THE_HOST = "That is for whoever hosts this bot."
FAILED = "That failed; the log says why."
SYNCED = "The slash commands are synced."
HERE = "Here; the database answers."
HERE_WITHOUT_DATABASE = "Here, but the database does not answer."


# ---------------------------------------------------------------- when something breaks


def broken(reference: str) -> str:
    """When something unexpected happened; the log has the same reference."""
    return (
        "Something broke on my side. Look whether it happened all the same before you try again; "
        f"if it stays, tell whoever hosts me this reference: `{reference}`"
    )


def not_allowed_here(names: Sequence[str]) -> str:
    """When Discord says the bot lacks permissions."""
    what = ", ".join(f"**{name}**" for name in names) or "a permission"
    return f"Discord does not let me do that here: I need {what}."
