"""What the officers read about too few people, and what substitutes are asked."""

from collections.abc import Sequence

from bot.domain.action import Kind
from bot.domain.alerts import Short, Verdict
from bot.domain.event import LONGEST_TITLE, Event
from bot.domain.ids import UserId
from bot.domain.roster import SignUp
from bot.domain.sheet import Sheet
from bot.render.texts import safe, stamp

CANCEL = "Cancel the raid"
KEEP = "Keep it"
ASK_SUBSTITUTES = "Ask bench and substitutes"
TOO_FEW = "Not enough people signed up."
LONGEST_ROLES = 600
"""So that the call with forty pings, a title and a link stays within a message's 2000 characters."""


def below_minimum(sheet: Sheet) -> str:
    """To the officers, when the minimum was not reached in time."""
    event, seated = sheet.event, len(sheet.roster.seated)
    return (
        f"⚠️ {_which(event)} has **{seated} of {event.minimum}** people it needs at least. "
        f"Shall it take place?{_where(event)}"
    )


def roles_short(sheet: Sheet, short: Sequence[Short]) -> str:
    """To the officers, when roles the raid needs are short."""
    return f"⚠️ {_which(sheet.event)} is short: {_counted(short)}.{_where(sheet.event)}"


GIVEN_UP = {
    Kind.POST_SHEET: "its sheet could not be posted",
    Kind.CREATE_ON_RAID_HELPER: "its event could not be created on Raid-Helper",
    Kind.ANNOUNCE: "its announcement could not be posted",
    Kind.SAY: "what `/raid announce` was to say could not be posted",
    Kind.LEAVE_RAID_HELPER: "its sheet could not be brought here from Raid-Helper",
    Kind.EDIT_ON_RAID_HELPER: "what was changed here could not be changed on Raid-Helper",
    Kind.DELETE_ON_RAID_HELPER: "its event on Raid-Helper could not be deleted",
    Kind.SIGN_UP_ON_RAID_HELPER: "not everybody could be filled in on Raid-Helper",
    Kind.PUT_ON_RAID_HELPER: "a sign-up that was changed here could not be changed on Raid-Helper",
    Kind.MOVE_SHEET: "its sheet could not be moved to the other channel and stands where it did",
    Kind.DELETE_SHEET: "its sheet could not be deleted",
    Kind.POST_COMP: "its comp could not be posted",
    Kind.ASK_SUBSTITUTES: "bench and substitutes could not be asked",
    Kind.NAME_PEOPLE: "those whom no direct message reaches could not be told in its channel",
    Kind.ARCHIVE: "its sheet could not be archived",
}
COMES_ABOUT = (Kind.POST_SHEET, Kind.CREATE_ON_RAID_HELPER)
"""Without these there is no raid to sign up for, and a way to ask for them anew."""


def given_up(event: Event, what: Kind, why: str) -> str:
    """To the officers, when something people wait for will not come by itself any more."""
    again = "Mend that"
    if what in COMES_ABOUT:
        way = "`/raid series book` posts it again" if event.series_id else "plan the raid again with `/raid copy`"
        again = f"Mend that, then {way}"
    elif what is not Kind.ANNOUNCE:
        again = "Mend that, then have it tried again with `/raid health`"
    return f"⚠️ {_which(event)}: {GIVEN_UP[what]}. {safe(why)[:LONGEST_ROLES]} {again}."


def call(sheet: Sheet, short: Sequence[Short], who: Sequence[SignUp]) -> str:
    """To the bench and to whoever could play what is missing."""
    pings = " ".join(f"<@{one.user_id}>" for one in who)
    return (
        f"🔎 {_which(sheet.event)} is short: {_counted(short)}. {pings} can one of you fill in? "
        f"If so, change your sign-up on the sheet.{_where(sheet.event)}"
    )


def decided(event: Event, by: UserId, verdict: Verdict) -> str:
    """What the question turns into once it is answered."""
    if verdict is Verdict.CANCELLED:
        series = " A cancelled raid books no successor." if event.series_id is not None else ""
        return f"{_which(event)} was cancelled by <@{by}>: too few people.{series}{_where(event)}"
    return f"{_which(event)} takes place with fewer people than planned: <@{by}> keeps it.{_where(event)}"


def called(event: Event, by: UserId, people: int) -> str:
    """What the warning turns into once the substitutes are asked."""
    whom = "one member" if people == 1 else f"{people} members"
    return f"<@{by}> has {whom} of bench and roster asked to fill in for {_which(event)}.{_where(event)}"


def _counted(short: Sequence[Short]) -> str:
    """ "Healers 2 of 4", as many as there is room for."""
    counts = [f"{safe(one.role.plural)} **{one.seated} of {one.role.wanted}**" for one in short]
    shown = [text for number, text in enumerate(counts, 1) if len(", ".join(counts[:number])) <= LONGEST_ROLES]
    return ", ".join([*shown, "…"] if len(shown) < len(counts) else shown)


def _which(event: Event) -> str:
    return f"**{safe(event.title[:LONGEST_TITLE])}** ({stamp(event.starts_at, 'f')})"


def _where(event: Event) -> str:
    return f"\n{event.link}" if event.link else ""
