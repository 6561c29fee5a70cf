"""The grammar of button ids: one pattern and one builder each. The patterns are disjoint."""

import zlib
from datetime import date, datetime

from bot.domain.alerts import Verdict
from bot.domain.booking import Answer
from bot.domain.ids import ActionId, EventId, PlayerId, SeriesId
from bot.domain.template import Choice

_EVENT = r"muster:(?P<event>\d{1,18})"
_CHOICE = r"(?P<choice>accepted|late|tentative|bench|absence)"

ANSWER = rf"{_EVENT}:{_CHOICE}"
CLASS = rf"{_EVENT}:{_CHOICE}:class"
SPEC = rf"{_EVENT}:{_CHOICE}:spec:(?P<mark>[0-9a-f]{{8}})"
MINE = rf"{_EVENT}:mine"
RESPEC = rf"{_EVENT}:respec"
WITHDRAW = rf"{_EVENT}:withdraw"
CARD = rf"{_EVENT}:card"
CHARACTER = rf"{_EVENT}:character"
CHOOSE_CHARACTER = rf"{_EVENT}:character:choose"
ALSO_PLAY = rf"{_EVENT}:offers"
CHOOSE_OFFERS = rf"{_EVENT}:offers:choose"
NOTE = rf"{_EVENT}:note"
ARRIVAL = rf"{_EVENT}:arrival"
CALENDAR = rf"{_EVENT}:calendar"
MY_OWN = (CARD, CHARACTER, CHOOSE_CHARACTER, ALSO_PLAY, CHOOSE_OFFERS, NOTE, ARRIVAL, CALENDAR)
STAY = rf"{_EVENT}:stay:(?P<say>yes|no)"
MINIMUM = rf"{_EVENT}:minimum:(?P<verdict>cancelled|kept)"
SUBSTITUTES = rf"{_EVENT}:substitutes"
LOST = rf"{_EVENT}:lost:(?P<do>repost|cancel)"
_SERIES = r"muster:series:(?P<series>\d{1,18})"
BOOK_NOW = rf"{_SERIES}:book"
BOOK_NIGHT = rf"{_SERIES}:night:(?P<day>\d{{8}}):(?P<answer>booked|declined)"
UNDO = r"muster:undo:(?P<entry>\d{1,18})"
TEMPLATE_FORM = r"muster:template:again"
RAIDS_PAGE = r"muster:raids:(?P<page>\d{1,3})"
WEEK = r"muster:week:(?P<week>\d{1,2})"
FORGET = r"muster:forget"
COMP_SAY = rf"{_EVENT}:comp:(?P<say>confirm|decline)"
COMP_DO = rf"{_EVENT}:comp:(?P<do>show|propose|who|publish|unpublish)"
COMP_WHO = rf"{_EVENT}:comp:who:(?P<part>[0-3])"
COMP_PEOPLE = rf"{_EVENT}:comp:people:(?P<page>\d{{1,3}})"
COMP_TO = rf"{_EVENT}:comp:to:(?P<player>\d{{1,18}})"
COMP_OUT = rf"{_EVENT}:comp:out:(?P<player>\d{{1,18}})"
COMP_SWAP = rf"{_EVENT}:comp:swap:(?P<player>\d{{1,18}})"
_PLAYER = r"(?P<player>\d{1,18})"
PANEL_DO = rf"{_EVENT}:panel:(?P<do>show|edit|move|close|reopen|copy|cancel|gone|add|comp|history)"
PANEL_WHEN = rf"{_EVENT}:panel:(?P<do>move|copy|copyall):(?P<at>\d{{1,12}})"
PANEL_PEOPLE = rf"{_EVENT}:panel:people:(?P<page>\d{{1,3}})"
PANEL_WHO = rf"{_EVENT}:panel:who"
PANEL_NEW = rf"{_EVENT}:panel:new"
PANEL_PUT = rf"{_EVENT}:panel:put:{_PLAYER}:{_CHOICE}"
PANEL_OFF = rf"{_EVENT}:panel:off:{_PLAYER}"
PANEL_OFFER = rf"{_EVENT}:panel:offer:{_PLAYER}:(?P<offer>[0-9a-f]{{8}})"
PANEL_UNDO = rf"{_EVENT}:panel:undo:(?P<entry>\d{{1,18}})"
PANEL_PAST = rf"{_EVENT}:panel:past:(?P<before>\d{{1,18}})"
PANEL = (
    PANEL_DO,
    PANEL_WHEN,
    PANEL_PEOPLE,
    PANEL_WHO,
    PANEL_NEW,
    PANEL_PUT,
    PANEL_OFF,
    PANEL_OFFER,
    PANEL_UNDO,
    PANEL_PAST,
)
_SERIES = r"muster:series:(?P<series>\d{1,18})"
_DAY = r"(?P<day>\d{6,7})"
SERIES_PAGE = r"muster:series:page:(?P<page>\d{1,3})"
SERIES_PICK = r"muster:series:pick"
SERIES_BRING = rf"{_SERIES}:bring:(?P<event>\d{{1,18}})"
SERIES_SKIP = rf"{_SERIES}:skip:{_DAY}:(?P<reason>[^\r\n]{{0,50}})"
SERIES_UNSKIP = rf"{_SERIES}:unskip:{_DAY}"
SERIES_CANCEL = rf"{_SERIES}:cancel"
BREAK_CANCEL = r"muster:break:(?P<rest>\d{1,18}):cancel"
BREAK_END = r"muster:break:end"
SERIES = (
    SERIES_PAGE,
    SERIES_PICK,
    SERIES_BRING,
    SERIES_SKIP,
    SERIES_UNSKIP,
    SERIES_CANCEL,
    BREAK_CANCEL,
    BREAK_END,
)
HEALTH = r"muster:health:look"
LETTER = r"muster:letter:(?P<letter>\d{1,18}):(?P<do>retry|discard)"
SETUP = r"muster:setup:(?P<do>channel|role|officers|zone|game|elsewhere|test|drop|look)"
COMP = (COMP_SAY, COMP_DO, COMP_WHO, COMP_PEOPLE, COMP_TO, COMP_OUT, COMP_SWAP)

ALL = (
    STAY,
    ANSWER,
    CLASS,
    SPEC,
    MINE,
    RESPEC,
    WITHDRAW,
    *MY_OWN,
    MINIMUM,
    SUBSTITUTES,
    LOST,
    BOOK_NOW,
    BOOK_NIGHT,
    UNDO,
    TEMPLATE_FORM,
    RAIDS_PAGE,
    WEEK,
    FORGET,
    *COMP,
    *PANEL,
    *SERIES,
    SETUP,
    HEALTH,
    LETTER,
)
"""Every pattern: the classes of the cogs together have these, each once."""


def answer(event_id: EventId, choice: Choice) -> str:
    """The id of an answer's button."""
    return f"muster:{event_id}:{choice}"


def game_class(event_id: EventId, choice: Choice) -> str:
    """The id of the select of classes, opened by the button of `choice`."""
    return f"muster:{event_id}:{choice}:class"


def spec(event_id: EventId, choice: Choice, mark: int) -> str:
    """The id of the select of specs of the class with that mark."""
    return f"muster:{event_id}:{choice}:spec:{mark:08x}"


def mine(event_id: EventId) -> str:
    """The id of `My sign-up`."""
    return f"muster:{event_id}:mine"


def respec(event_id: EventId) -> str:
    """The id of `Change class or spec`."""
    return f"muster:{event_id}:respec"


def withdraw(event_id: EventId) -> str:
    """The id of `Withdraw`."""
    return f"muster:{event_id}:withdraw"


def stay(event_id: EventId, *, comes: bool) -> str:
    """The id of `Still coming` and of `Can't`, below the news that a raid was moved."""
    return f"muster:{event_id}:stay:{'yes' if comes else 'no'}"


def minimum(event_id: EventId, verdict: Verdict) -> str:
    """The id of what an officer may decide about a raid below its minimum: cancelled or kept."""
    return f"muster:{event_id}:minimum:{verdict}"


def substitutes(event_id: EventId) -> str:
    """The id of `Ask bench and substitutes`."""
    return f"muster:{event_id}:substitutes"


def lost(event_id: EventId, do: str) -> str:
    """The id of what an officer may decide about a deleted sheet: repost or cancel."""
    return f"muster:{event_id}:lost:{do}"


def book_now(series_id: SeriesId) -> str:
    """The id of `Book now`, below a word to the officers."""
    return f"muster:series:{series_id}:book"


def book_night(series_id: SeriesId, day: date, given: Answer) -> str:
    """The id of `Book it` (booked) and `Skip that night` (declined), for the series' night of that day."""
    return f"muster:series:{series_id}:night:{day:%Y%m%d}:{given}"


def undo(entry_id: int) -> str:
    """The id of `Undo`, for an entry of the trail."""
    return f"muster:undo:{entry_id}"


def card(event_id: EventId) -> str:
    """The id of `Back`, to one's own sign-up."""
    return f"muster:{event_id}:card"


def character(event_id: EventId) -> str:
    """The id of `Other character`."""
    return f"muster:{event_id}:character"


def choose_character(event_id: EventId) -> str:
    """The id of the select of characters."""
    return f"muster:{event_id}:character:choose"


def also_play(event_id: EventId) -> str:
    """The id of `I can also play…`."""
    return f"muster:{event_id}:offers"


def choose_offers(event_id: EventId) -> str:
    """The id of the select of what else one would play."""
    return f"muster:{event_id}:offers:choose"


def note(event_id: EventId) -> str:
    """The id of `Note`."""
    return f"muster:{event_id}:note"


def arrival(event_id: EventId) -> str:
    """The id of the select of arrivals."""
    return f"muster:{event_id}:arrival"


def calendar(event_id: EventId) -> str:
    """The id of `Calendar file`."""
    return f"muster:{event_id}:calendar"


def template_form() -> str:
    """The id of the button that opens a refused form again."""
    return "muster:template:again"


def forget() -> str:
    """The id of `Forget me`."""
    return "muster:forget"


def raids_page(page: int) -> str:
    """The id of a button to a page (from 0) of `/raids`."""
    return f"muster:raids:{page}"


def week(number: int) -> str:
    """The id of a button to a week of `/me signups`; this one is 0."""
    return f"muster:week:{number}"


def comp_say(event_id: EventId, *, confirmed: bool) -> str:
    """The id of `Confirm` and of `Decline`, below a published comp."""
    return f"muster:{event_id}:comp:{'confirm' if confirmed else 'decline'}"


def comp_do(event_id: EventId, do: str) -> str:
    """The id of a button of the officers' panel: show, propose, who, publish or unpublish."""
    return f"muster:{event_id}:comp:{do}"


def comp_who(event_id: EventId, part: int) -> str:
    """The id of the select of people to move; `part` (0 to 3) counts the selects."""
    return f"muster:{event_id}:comp:who:{part}"


def comp_to(event_id: EventId, player_id: PlayerId) -> str:
    """The id of the select of groups to move that player to."""
    return f"muster:{event_id}:comp:to:{player_id}"


def comp_people(event_id: EventId, page: int) -> str:
    """The id of the button to a page (from 0) of the people to move."""
    return f"muster:{event_id}:comp:people:{page}"


def comp_out(event_id: EventId, player_id: PlayerId) -> str:
    """The id of the button that takes that player out of the comp."""
    return f"muster:{event_id}:comp:out:{player_id}"


def comp_swap(event_id: EventId, player_id: PlayerId) -> str:
    """The id of the select of whom that player changes places with."""
    return f"muster:{event_id}:comp:swap:{player_id}"


def panel_do(event_id: EventId, do: str) -> str:
    """The id of a button of the control panel; `do` is what stands in `PANEL_DO`."""
    return f"muster:{event_id}:panel:{do}"


def panel_when(event_id: EventId, do: str, at: datetime) -> str:
    """The id of the button that confirms a time; `do` is move, copy or copyall (with the sign-ups)."""
    return f"muster:{event_id}:panel:{do}:{int(at.timestamp())}"


def panel_people(event_id: EventId, page: int) -> str:
    """The id of a button to a page (from 0) of the people."""
    return f"muster:{event_id}:panel:people:{page}"


def panel_who(event_id: EventId) -> str:
    """The id of the select of people on the sheet."""
    return f"muster:{event_id}:panel:who"


def panel_new(event_id: EventId) -> str:
    """The id of the select of members to add."""
    return f"muster:{event_id}:panel:new"


def panel_put(event_id: EventId, player_id: PlayerId, choice: Choice) -> str:
    """The id of the button that gives that player another answer."""
    return f"muster:{event_id}:panel:put:{player_id}:{choice}"


def panel_off(event_id: EventId, player_id: PlayerId) -> str:
    """The id of the button that takes that player off the sheet."""
    return f"muster:{event_id}:panel:off:{player_id}"


def panel_offer(event_id: EventId, player_id: PlayerId, offer: str) -> str:
    """The id of the button that takes up what that player offers; `offer` is its `digest`."""
    return f"muster:{event_id}:panel:offer:{player_id}:{offer}"


def panel_past(event_id: EventId, before: int) -> str:
    """The id of `Older` below the history: what came before that entry of the trail."""
    return f"muster:{event_id}:panel:past:{before}"


def panel_undo(event_id: EventId, entry_id: int) -> str:
    """The id of `Undo` in the panel, for an entry of the trail."""
    return f"muster:{event_id}:panel:undo:{entry_id}"


def series_page(page: int) -> str:
    """The id of a button to a page (from 0) of the series."""
    return f"muster:series:page:{page}"


def series_pick() -> str:
    """The id of the select of series to look at."""
    return "muster:series:pick"


def series_bring(series_id: SeriesId, event_id: EventId) -> str:
    """The id of the button that brings a booked raid to its series' definition."""
    return f"muster:series:{series_id}:bring:{event_id}"


def series_skip(series_id: SeriesId, day: date, reason: str) -> str:
    """The id of the button that cancels a booked night's raid and skips it; of the reason the first 50 characters."""
    # An emoji may count as two: cut as Discord may count.
    cut = " ".join(reason.split()).encode("utf-16-le")[:100].decode("utf-16-le", "ignore")
    return f"muster:series:{series_id}:skip:{day.toordinal()}:{cut}"


def series_unskip(series_id: SeriesId, day: date) -> str:
    """The id of the button that takes a skip back."""
    return f"muster:series:{series_id}:unskip:{day.toordinal()}"


def series_cancel(series_id: SeriesId) -> str:
    """The id of the button that cancels what is booked of a paused or ended series."""
    return f"muster:series:{series_id}:cancel"


def break_cancel(break_id: int) -> str:
    """The id of the button that cancels the raids booked in a break."""
    return f"muster:break:{break_id}:cancel"


def break_end() -> str:
    """The id of the select of breaks to end."""
    return "muster:break:end"


def health() -> str:
    """The id of `Look again`, below how the bot is doing."""
    return "muster:health:look"


def letter(action_id: ActionId, do: str) -> str:
    """The id of what an officer may do with something given up: retry or discard."""
    return f"muster:letter:{action_id}:{do}"


def set_up(do: str) -> str:
    """The id of a select or button of the setup; `do` is what stands in `SETUP`."""
    return f"muster:setup:{do}"


def digest(offer: str) -> str:
    """An offer ("Class/Spec", up to 100 characters) in eight: it stays the same while others come and go."""
    return f"{zlib.crc32(offer.encode()):08x}"
