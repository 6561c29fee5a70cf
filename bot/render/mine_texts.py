"""What members read about their own sign-up and characters."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.character import Character
from bot.domain.durations import show_duration
from bot.domain.event import Event, EventStatus, SheetKind, is_over
from bot.domain.mine import Offer, arrival, offered
from bot.domain.roster import Placed, classless
from bot.domain.sign_up import Pick
from bot.domain.template import Template
from bot.domain.words import USUAL, Words
from bot.render.texts import safe, signed_up, stamp

Games = Mapping[str, Template]
"""A template by the game it is of."""

OTHER_CHARACTER = "Other character"
ALSO_PLAY = "I can also play…"
NOTE = "Note"
NOTE_FIELD = "What should the officers know?"
NOTE_HINT = "Only they read it; the sheet shows that there is one."
CALENDAR = "Calendar file"
CALENDAR_SENT = (
    "Open this file and your calendar has the raid. If the raid is moved, take a new one: it replaces the old."
)
CALENDAR_CANCELLED = (
    "The raid is cancelled. If your calendar has it from a file of mine, open this one and it knows that, too."
)
BACK = "Back"
CHOOSE_CHARACTER = "Who comes?"
CHOOSE_OFFERS = "Choose all that you would play"
CHOOSE_ARRIVAL = "When do you arrive?"
ANOTHER_TIME = "Another time…"
UNKNOWN_TIME = "I do not know yet"
ARRIVAL_TITLE = "When do you arrive?"
ARRIVAL_FIELD = "Time of day, or how late"
ARRIVAL_HINT = "20:30, or 20m after the start"
OFFERS_ASKED = "What else would you play, if the raid needs it? Officers see it. Choosing nothing takes it back."
CHARACTER_ASKED = "Who comes instead? Your place stays."
NO_CHARACTERS = (
    "You have no characters here yet. `/me characters add` adds one; pressing `Sign up` on a sheet does so by itself."
)
SHEETS_STAY = "Sheets you are on keep your place and what you come as."
LONGEST_MESSAGE = 1900


def card(event: Event, template: Template, placed: Placed, character: Character | None = None) -> str:
    """A member's own sign-up: the answer, and a line for everything they have added to it."""
    own = placed.sign_up
    lines = [signed_up(template, placed)]
    if classless(template, own):
        lines.append(f"❔ No {safe(template.words.of_class)} yet: nobody knows what you bring.")
    if character is not None and character.name not in ("", own.name):
        lines.append(f"👤 {safe(character.name)}")
    if moment := arrival(own, event):
        lines.append(f"🕒 You arrive at {stamp(moment, 't')}.")
    if own.note:
        lines.append(f"📝 {safe(own.note)}")
    if found := offered(template, own):
        lines.append(f"🔁 You can also play {played(template, found)}.")
    return "\n".join(lines)


def state(event: Event, now: datetime, *, stands: bool) -> str:
    """Above the card: why something cannot be changed, `stands` what one plays; nothing where everything can."""
    raid = f"**{safe(event.title)}**"
    if event.status is EventStatus.CANCELLED:
        return f"🚫 {raid} is cancelled. This is what you had answered:\n"
    if is_over(event, now):
        return f"🏁 {raid} is over. This is what you had answered:\n"
    if event.status is EventStatus.IN_PROGRESS:
        return f"▶️ {raid} is running: only officers change answers now.\n"
    if event.closed:
        return f"🔒 {raid} is closed: only officers change answers now.\n"
    if event.sheet is SheetKind.RAID_HELPER:
        return f"🔗 {raid} is on Raid-Helper by now: change your answer there.\n"
    return "⏳ What you play stands since the deadline.\n" if stands else ""


def calendar_sent(event: Event) -> str:
    """Beside the calendar file."""
    return CALENDAR_CANCELLED if event.status is EventStatus.CANCELLED else CALENDAR_SENT


def played(template: Template, picks: Sequence[Pick]) -> str:
    """What somebody can play: "Holy Paladin, Fire Mage"."""
    return ", ".join(safe(spec(pick, template)) for pick in picks)


def spec(pick: Pick, template: Template | None) -> str:
    """The spec as people say it, "Holy Paladin"; `template` is None for a game this server plays no more."""
    if template is None:
        return USUAL.called(pick.class_name, pick.spec_name)
    return template.called(pick.class_name, pick.spec_name)


def delay(after: timedelta) -> str:
    """An arrival one touch offers."""
    return f"{show_duration(after)} after the start"


def offer(one: Offer, template: Template) -> str:
    """A line of the list of what else somebody could play."""
    called = spec(one.pick, template)
    return f"{called} ({one.character})" if one.character else called


def character_line(one: Character, template: Template | None) -> str:
    """A character in a list: plain text, for menus."""
    what = spec(one.pick, template) if one.pick else f"no {_words(template).of_class} yet"
    return f"{one.name} · {what}" if one.name else what  # a row written by hand may have no name


def characters(found: Sequence[Character], games: Games) -> str:
    """The answer to `/me characters list`, within a message's 2000 characters."""
    if not found:
        return NO_CHARACTERS
    lines: list[str] = []
    for before, one in zip([None, *found], found, strict=False):
        if before is None or before.game != one.game:
            lines.append(f"**{safe(one.game)}**")
        lines.append(f"{'⭐' if one.is_main else '▫️'} {safe(character_line(one, games.get(one.game)))}")
    shown = [line for count, line in enumerate(lines) if len("\n".join(lines[: count + 1])) <= LONGEST_MESSAGE]
    more = [f"… and {len(lines) - len(shown)} more lines"] if len(lines) > len(shown) else []
    return "\n".join([*shown, *more, "⭐ is your main: what one click signs up with."])


def added(one: Character, template: Template | None) -> str:
    """After `/me characters add`."""
    return f"**{safe(one.name)}** is written down as {_what(one, template)}.{_main(one)}"


def edited(one: Character, template: Template | None) -> str:
    """After `/me characters edit`; sheets that are posted keep what was chosen there."""
    return f"**{safe(one.name)}** is now {_what(one, template)}.{_main(one)} {SHEETS_STAY}"


def removed(one: Character, main: Character | None) -> str:
    """After `/me characters remove`; `main` is who became the main in its stead."""
    follows = f" Your main is **{safe(main.name)}** now." if main else ""
    return f"**{safe(one.name)}** is forgotten.{follows} {SHEETS_STAY}"


def _what(one: Character, template: Template | None) -> str:
    return safe(spec(one.pick, template) if one.pick else f"without a {_words(template).of_class}")


def _words(template: Template | None) -> Words:
    return template.words if template else USUAL


def _main(one: Character) -> str:
    return " It is your main: what one click signs up with." if one.is_main else ""
