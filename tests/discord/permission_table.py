"""Who may do what: a row for every command, every component and every form.

A new one fails `test_permission_matrix.py` until it has its row here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from raid_stage import Stage

from bot.components import AnsweringModal
from bot.domain.away import UnknownSpan
from bot.domain.booking import NothingAsked
from bot.domain.comp import NotPublished
from bot.domain.errors import MusterError
from bot.domain.event import UnknownEvent
from bot.domain.ids import GuildId, UserId
from bot.domain.officer_rules import AlreadyOpen
from bot.domain.permissions import Actor, NotAnAdministrator, NotAnOfficer, NotYourRaid
from bot.domain.series import NothingToBook
from bot.domain.series_change import StandsAsItIs
from bot.render import custom_ids
from bot.services.alert_desk import NobodyToAsk, NothingIsShort
from bot.services.breaks import NothingToCancel
from bot.services.dead_letters import LetterGone
from bot.services.lost_sheets import NothingLost
from bot.services.officers import OfferGone, Whom
from bot.services.raids import RaidWish
from bot.services.secrets import NoRaidHelperKey
from bot.services.series import SeriesWish
from bot.services.series_rests import NothingStands
from bot.services.template_desk import NoDraft
from cogs.mine_forms import ArrivalModal, NoteModal
from cogs.panel_forms import EditModal, WhenModal
from cogs.raidhelper import KeyModal
from cogs.setup import ZoneModal
from cogs.template_form import NewTemplate
from sandbox.discord.permissions import Permission
from sandbox.discord.world import Message, Upload

# ---------------------------------------------------------------- people


@dataclass(frozen=True)
class Person:
    """Somebody: what Discord lets them do, which of the stage's roles they have, and what the stage is like.

    `own`: the raids they try things on are theirs. `strict`: a channel's officers run only what stands there.
    """

    powers: Permission | None = None
    role: str | None = None
    own: bool = False
    strict: bool = False


OWNER, ADMINISTRATOR, MANAGER = "owner", "administrator", "Manage Server"
OFFICER, TEAM, STRICT_TEAM, OTHER_TEAM = "officer", "channel's officer", "strict channel's officer", "other channel's"
HOST, OTHER_HOST, MEMBER, LEADER = "host", "host of others", "member", "member who leads"

PEOPLE: Mapping[str, Person] = {
    OWNER: Person(),
    ADMINISTRATOR: Person(Permission.ADMINISTRATOR),
    MANAGER: Person(Permission.MANAGE_GUILD),
    OFFICER: Person(role="officers"),
    TEAM: Person(role="team"),
    STRICT_TEAM: Person(role="team", strict=True),
    OTHER_TEAM: Person(role="other team", strict=True),
    HOST: Person(role="hosts", own=True),
    OTHER_HOST: Person(role="hosts"),
    MEMBER: Person(),
    LEADER: Person(own=True),
}


@dataclass(frozen=True)
class Rule:
    """Who may, and how everybody else is refused."""

    who: frozenset[str]
    refusal: type[MusterError] = NotAnOfficer
    others: Mapping[str, type[MusterError]] = field(default_factory=dict[str, type[MusterError]])

    def refuses(self, person: str) -> type[MusterError] | None:
        """What they are told; None: they may."""
        return None if person in self.who else self.others.get(person, self.refusal)


_MANAGERS = frozenset({OWNER, ADMINISTRATOR, MANAGER})
_OFFICERS = _MANAGERS | {OFFICER, TEAM}
EVERYBODY = Rule(frozenset(PEOPLE))
MANAGERS = Rule(_MANAGERS, NotAnAdministrator)
OFFICERS = Rule(_OFFICERS)
"""Of what is the whole server's."""
OFFICERS_HERE = Rule(_OFFICERS | {STRICT_TEAM})
OFFICERS_ANYWHERE = Rule(_OFFICERS | {STRICT_TEAM, OTHER_TEAM})
"""Of what shows everybody their own channel's."""
PLANNERS = Rule(_OFFICERS | {STRICT_TEAM, HOST, OTHER_HOST})
RUNNERS = Rule(_OFFICERS | {STRICT_TEAM, HOST}, others={OTHER_HOST: NotYourRaid})
"""Whoever manages that raid."""
ASKED = Rule(RUNNERS.who | {LEADER}, others={OTHER_HOST: NotYourRaid})
"""Of what Muster asks about a raid: whoever leads it is asked where no officer can be reached."""
ASKED_OF_SERIES = Rule(OFFICERS_HERE.who | {HOST, LEADER})
"""The same of a series; those two lead it."""

# ---------------------------------------------------------------- what they try it on


_GIVEN_UP = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, dead, dead_since, last_error)
    VALUES ($1, 'note_booking', 'nobody', $2, $2, TRUE, $2, 'given up') RETURNING id
"""


@dataclass
class Scene:
    """A server with a raid, a series, a template and a break that somebody tries something on."""

    stage: Stage
    leader: int
    ids: dict[str, str] = field(default_factory=dict[str, str])
    sheet: Message | None = None
    spoiled: bool = False
    """Nothing more can be tried on that raid and series."""

    @property
    def boss(self) -> Actor:
        """Whoever made it all; the raids are the `leader`'s."""
        return Actor(GuildId(self.stage.guild.id), UserId(self.leader), "Boss", is_owner=True)

    async def set(self) -> "Scene":
        """What is needed once."""
        services = self.stage.local.bot.services
        await services.template_desk.copy(self.boss, "plain", f"mine{self.boss.guild_id}", None)
        await services.breaks.add(self.boss, "2026-12-24", None, None)
        value = self.stage.value
        self.ids["template"] = f"mine{self.boss.guild_id}"
        self.ids["rest"] = str(await value("SELECT max(id) FROM patt.breaks"))
        await self.renew()
        await self.stage.local.settle()
        self.ids["letter"] = str(await value(_GIVEN_UP, self.boss.guild_id, self.stage.local.clock.now()))
        self.sheet = next(iter(self.stage.raids.messages.values()))
        return self

    async def renew(self) -> None:
        """Another raid, with somebody on it, in a comp, and another series."""
        services = self.stage.local.bot.services
        event = await services.raids.create(self.boss, RaidWish("Heroic", "fri 20:00"))
        done = await services.officers.add(self.boss, str(event.id), Whom(None, "Gunther"), None, None)
        other = await services.officers.add(self.boss, str(event.id), Whom(None, "Hilda"), None, None)
        await services.comps.open(self.boss, str(event.id))
        started = await services.series.add(self.boss, SeriesWish("Weekly", "fri", "20:00"))
        self.ids |= {
            "event": str(event.id),
            "player": str(done.placed.sign_up.player_id),
            "other": str(other.placed.sign_up.player_id),
            "entry": str(done.entry_id),
            "series": str(started.series.id),
        }
        self.spoiled = False

    def options(self, given: "Options") -> dict[str, Any]:
        """The options with everything named in them."""
        return {name: one.format(**self.ids) if isinstance(one, str) else one(self) for name, one in given.items()}


Options = Mapping[str, str | Callable[[Scene], Any]]

# ---------------------------------------------------------------- commands


@dataclass(frozen=True)
class Command:
    """A command with options to call it with. `unless`: what those who may are told of the scene."""

    name: str
    rule: Rule
    options: Options = field(default_factory=dict[str, Any])
    unless: tuple[type[MusterError], ...] = ()
    spoils: bool = False
    """Nothing else can be tried on that raid and series afterwards."""


def _template_file(_: Scene) -> Upload:
    return Upload("duo.json", b'{"name": "duo", "title": "Duo"}')


def _settings_file(_: Scene) -> Upload:
    return Upload("settings.json", b'{"server": {"limit": 12}}')


def _yes(_: Scene) -> bool:
    return True


def _raids(scene: Scene) -> Any:
    return scene.stage.raids


RAID: Options = {"event": "{event}"}
SERIES: Options = {"series": "{series}"}
MINE: Options = {"template": "{template}"}
PLAYER: Options = {"player": "#{player}"}
THREAD: Options = {"setting": "thread", "value": "off"}

COMMANDS = (
    Command("raids", EVERYBODY),
    Command("me signups", EVERYBODY),
    Command("me timezone", EVERYBODY, {"zone": "Europe/Paris"}),
    Command("raid list", EVERYBODY),
    Command("raid show", EVERYBODY, RAID),
    Command("raid create", PLANNERS, {"title": "Alt run", "when": "sat 20:00"}),
    Command("raid create", OFFICERS_HERE, {"title": "Alt run", "when": "sat 20:00", "repeat": "weekly"}),
    Command("raid health", OFFICERS),
    Command("raid comp", RUNNERS, RAID),
    Command("raid remind", RUNNERS, RAID),
    Command("raid unsigned", RUNNERS, RAID),
    Command("raid unsigned", RUNNERS, {**RAID, "ping": _yes}),
    Command("raid announce", RUNNERS, {**RAID, "message": "Bring flasks"}),
    Command("raid add", RUNNERS, {**RAID, "name": "Bo"}),
    Command("raid remove", RUNNERS, {**RAID, "member": "{player}"}, spoils=True),
    Command("raid edit", RUNNERS, {**RAID, "title": "Mythic"}),
    Command("raid move", RUNNERS, {**RAID, "when": "sun 20:00"}),
    Command("raid copy", RUNNERS, {**RAID, "when": "sun 21:00"}),
    Command("raid close", RUNNERS, RAID),
    Command("raid reopen", RUNNERS, RAID),
    Command("raid cancel", RUNNERS, RAID, spoils=True),
    Command("raid setup", MANAGERS),
    Command("raid setup", MANAGERS, {"officer_channel": lambda scene: scene.stage.officers}),
    Command("raid series add", OFFICERS_HERE, {"title": "Alts", "weekday": "sat", "time": "20:00"}),
    Command("raid series list", OFFICERS_ANYWHERE),
    Command("raid series list", OFFICERS_HERE, SERIES),
    Command("raid series book", OFFICERS_HERE, SERIES, (NothingToBook,)),
    Command("raid series edit", OFFICERS_HERE, {**SERIES, "title": "Alts"}),
    Command("raid series skip", OFFICERS_HERE, {**SERIES, "day": "2026-12-11"}),
    Command("raid series move", OFFICERS_HERE, {**SERIES, "day": "2026-12-04", "when": "2026-12-05 20:00"}),
    Command("raid series pause", OFFICERS_HERE, SERIES),
    Command("raid series resume", OFFICERS_HERE, SERIES),
    Command("raid series end", OFFICERS_HERE, SERIES, spoils=True),
    Command("raid series break", OFFICERS),
    Command("raid series break", OFFICERS, {"first": "2026-12-31"}),
    Command("me reminders", EVERYBODY, {"by": "off"}),
    Command("me characters list", EVERYBODY),
    Command("me characters add", EVERYBODY, {"name": "Alta", "spec": "Holy Paladin"}),
    Command("me characters edit", EVERYBODY, {"character": "Alta", "main": _yes}),
    Command("me characters remove", EVERYBODY, {"character": "Alta"}),
    Command("me away list", EVERYBODY),
    Command("me away add", EVERYBODY, {"from": "24 dec"}),
    Command("me away remove", EVERYBODY, {"absence": "#99"}, (UnknownSpan,)),
    Command("me export", EVERYBODY),
    Command("me forget", EVERYBODY),
    Command("player show", OFFICERS, PLAYER),
    Command("player link", OFFICERS, {"member": lambda scene: scene.stage.member.actor, "name": "Hilda"}, spoils=True),
    Command("player invite", OFFICERS, {**PLAYER, "on": _yes}),
    Command("player hiatus", OFFICERS, {**PLAYER, "on": _yes}),
    Command("player active", OFFICERS, {**PLAYER, "on": _yes}),
    Command("player rank list", OFFICERS),
    Command("player rank set", OFFICERS, {"name": "Core", "level": lambda _: 2}),
    Command("player rank give", OFFICERS, {**PLAYER, "name": "Core"}),
    Command("player rank remove", OFFICERS, {"name": "Core"}),
    Command("raidhelper connect", MANAGERS),
    Command("raidhelper test", MANAGERS, {}, (NoRaidHelperKey,)),
    Command("raidhelper import", OFFICERS, {}, (NoRaidHelperKey,)),
    Command("raidhelper disconnect", MANAGERS),
    Command("template list", OFFICERS),
    Command("template show", OFFICERS, MINE),
    Command("template create", OFFICERS),
    Command("template create", OFFICERS, {"like": "{template}"}),
    Command("template copy", OFFICERS, {**MINE, "name": "copied"}),
    Command("template edit", OFFICERS, {**MINE, "limit": "12"}),
    Command("template default", OFFICERS, {"template": "plain"}),
    Command("template export", OFFICERS, MINE),
    Command("template import", OFFICERS, {"file": _template_file}),
    Command("settings show", OFFICERS),
    Command("settings show", RUNNERS, RAID),
    Command("settings server", OFFICERS, THREAD),
    Command("settings server", MANAGERS, {"setting": "own_channel_only", "value": "off"}),
    Command("settings channel", OFFICERS_HERE, {**THREAD, "channel": _raids}),
    Command("settings channel", MANAGERS, {"setting": "officer_roles", "value": "none", "channel": _raids}),
    Command("settings template", OFFICERS, {**MINE, **THREAD}),
    Command("settings series", OFFICERS_HERE, {**SERIES, **THREAD}),
    Command("settings raid", RUNNERS, {**RAID, **THREAD}),
    Command("settings reset", OFFICERS, {"setting": "thread"}),
    Command("settings reset", OFFICERS_HERE, {"setting": "thread", "channel": _raids}),
    Command("settings reset", OFFICERS, {**MINE, "setting": "thread"}),
    Command("settings reset", OFFICERS_HERE, {**SERIES, "setting": "thread"}),
    Command("settings reset", RUNNERS, {**RAID, "setting": "thread"}),
    Command("settings reset", MANAGERS, {"setting": "officer_roles"}),
    Command("settings history", OFFICERS),
    Command("settings export", OFFICERS),
    Command("settings import", MANAGERS, {"file": _settings_file}),
    Command("template delete", OFFICERS, MINE),
)
NEEDS: Mapping[str, Permission | None] = {
    "raids": None,
    "raid": None,
    "me": None,
    "player": Permission.MANAGE_EVENTS,
    "template": Permission.MANAGE_EVENTS,
    "settings": Permission.MANAGE_EVENTS,
    "raidhelper": Permission.MANAGE_GUILD,
    "Manage this raid": None,
    "My sign-up": None,
}
"""What a member needs for Discord to show a command: `/raid` and the menus are for everybody, or for officers by a role
that need not hold any power in Discord."""

MENUS: Mapping[str, Rule] = {"Manage this raid": RUNNERS, "My sign-up": EVERYBODY}

# ---------------------------------------------------------------- components


@dataclass(frozen=True)
class Component:
    """A button, or a select with what is chosen of it: a value, "@" a member, "#" a channel, "&" a role.

    By the last word of the id where that decides it. `unless` and `spoils` as in `Command`.
    """

    rule: Rule
    chosen: str | Mapping[str, str] = ""
    unless: tuple[type[MusterError], ...] = ()
    spoils: bool = False

    def choice(self, custom_id: str, ids: Mapping[str, str]) -> str:
        """What is chosen of the one with that id; "" for a button."""
        word = custom_id.rpartition(":")[2]
        return (self.chosen if isinstance(self.chosen, str) else self.chosen.get(word, "")).format(**ids)


def _own(chosen: str = "") -> Component:
    """A part of one's own sign-up: whatever else stands in the way, everybody may."""
    return Component(EVERYBODY, chosen, (MusterError,))


COMPONENTS: Mapping[str, Component] = {
    custom_ids.ANSWER: _own(),
    custom_ids.CLASS: _own("Paladin"),
    custom_ids.SPEC: _own("Holy"),
    custom_ids.MINE: _own(),
    custom_ids.RESPEC: _own(),
    custom_ids.WITHDRAW: _own(),
    custom_ids.CARD: _own(),
    custom_ids.CHARACTER: _own(),
    custom_ids.CHOOSE_CHARACTER: _own("1"),
    custom_ids.ALSO_PLAY: _own(),
    custom_ids.CHOOSE_OFFERS: _own("Paladin/Holy"),
    custom_ids.NOTE: _own(),
    custom_ids.ARRIVAL: _own("15"),
    custom_ids.CALENDAR: _own(),
    custom_ids.STAY: _own(),
    custom_ids.COMP_SAY: _own(),
    custom_ids.RAIDS_PAGE: _own(),
    custom_ids.WEEK: _own(),
    custom_ids.FORGET: Component(EVERYBODY, unless=(MusterError,), spoils=True),
    custom_ids.SETUP: Component(
        MANAGERS,
        {"channel": "#", "role": "&", "officers": "#", "zone": "Europe/Paris", "game": "wow-retail"},
        (UnknownEvent,),
    ),
    custom_ids.HEALTH: Component(OFFICERS),
    custom_ids.LETTER: Component(OFFICERS, unless=(LetterGone,)),
    custom_ids.TEMPLATE_FORM: Component(OFFICERS, unless=(NoDraft,)),
    custom_ids.MINIMUM: Component(ASKED, spoils=True),
    custom_ids.SUBSTITUTES: Component(ASKED, unless=(NothingIsShort, NobodyToAsk)),
    custom_ids.LOST: Component(ASKED, unless=(NothingLost,)),
    custom_ids.UNDO: Component(RUNNERS, spoils=True),
    custom_ids.BOOK_NOW: Component(ASKED_OF_SERIES, unless=(NothingToBook,)),
    custom_ids.BOOK_NIGHT: Component(ASKED_OF_SERIES, unless=(NothingAsked,)),
    custom_ids.COMP_DO: Component(RUNNERS, unless=(NotPublished,)),
    custom_ids.COMP_WHO: Component(RUNNERS, "{player}"),
    custom_ids.COMP_PEOPLE: Component(RUNNERS),
    custom_ids.COMP_TO: Component(RUNNERS, "1"),
    custom_ids.COMP_SWAP: Component(RUNNERS, "{other}"),
    custom_ids.COMP_OUT: Component(RUNNERS, spoils=True),
    custom_ids.PANEL_DO: Component(RUNNERS, unless=(AlreadyOpen,), spoils=True),
    custom_ids.PANEL_WHEN: Component(RUNNERS, spoils=True),
    custom_ids.PANEL_PEOPLE: Component(RUNNERS),
    custom_ids.PANEL_WHO: Component(RUNNERS, "{player}"),
    custom_ids.PANEL_NEW: Component(RUNNERS, "@"),
    custom_ids.PANEL_PUT: Component(RUNNERS),
    custom_ids.PANEL_OFFER: Component(RUNNERS, unless=(OfferGone,)),
    custom_ids.PANEL_OFF: Component(RUNNERS, spoils=True),
    custom_ids.PANEL_UNDO: Component(RUNNERS, spoils=True),
    custom_ids.PANEL_PAST: Component(RUNNERS),
    custom_ids.SERIES_PAGE: Component(OFFICERS_ANYWHERE),
    custom_ids.SERIES_PICK: Component(OFFICERS_HERE, "{series}"),
    custom_ids.SERIES_BRING: Component(OFFICERS_HERE, unless=(StandsAsItIs, UnknownEvent)),
    custom_ids.SERIES_SKIP: Component(OFFICERS_HERE),
    custom_ids.SERIES_UNSKIP: Component(OFFICERS_HERE),
    custom_ids.SERIES_CANCEL: Component(OFFICERS_HERE, unless=(NothingStands,)),
    custom_ids.BREAK_CANCEL: Component(OFFICERS, unless=(NothingToCancel,)),
    custom_ids.BREAK_END: Component(OFFICERS, "{rest}"),
}

_PLACE = re.compile(r"\(\?P<(\w+)>((?:\[[^\]]*\]|[^()\[\]])*)\)")
_WORDS = re.compile(r"\w+(\|\w+)+")
AT = 1_796_500_800
"""A moment after the raids: 5 December 2026, 20:00 UTC."""
VALUES: Mapping[tuple[str, str], str] = {
    ("mark", "[0-9a-f]{8}"): "f3a21f51",  # Paladin
    ("page", r"\d{1,3}"): "0",
    ("part", "[0-3]"): "0",
    ("before", r"\d{1,18}"): "1",
    ("week", r"\d{1,2}"): "1",
    ("at", r"\d{1,12}"): str(AT),
    ("offer", "[0-9a-f]{8}"): "00000000",
    ("reason", r"[^\r\n]{0,50}"): "",
    ("day", r"\d{8}"): "20261211",
    ("day", r"\d{6,7}"): "739961",
}
"""What stands in an id beside the scene's own; the last two are Friday, 11 December 2026."""


def pressed(pattern: str, ids: Mapping[str, str]) -> Iterator[str]:
    """Every id of the pattern, with the scene's `ids` in it. KeyError for a part that nobody has a value for."""
    places = list(_PLACE.finditer(pattern))
    for values in product(*(list(_values(place, ids)) for place in places)):
        given = iter(values)
        yield _PLACE.sub(lambda _, given=given: next(given), pattern)


def _values(place: re.Match[str], ids: Mapping[str, str]) -> list[str]:
    if _WORDS.fullmatch(place[2]):
        return place[2].split("|")
    return [ids[place[1]] if place[1] in ids else VALUES[place[1], place[2]]]


def named_in(pattern: str) -> list[str]:
    """What the pattern's ids name of a scene."""
    return [place[1] for place in _PLACE.finditer(pattern)]


# ---------------------------------------------------------------- forms


@dataclass(frozen=True)
class Form:
    """A form: how it is opened (a command, or a pattern with its choice), and what is typed into it."""

    rule: Rule
    opened: str
    typed: Mapping[str, str]


FORMS: Mapping[type[AnsweringModal], Form] = {
    EditModal: Form(RUNNERS, ":panel:edit", {"title": "Mythic"}),
    WhenModal: Form(RUNNERS, ":panel:move", {"when": "sat 20:00"}),
    KeyModal: Form(MANAGERS, "raidhelper connect", {"key": "s" * 32}),
    ZoneModal: Form(MANAGERS, "setup:elsewhere", {"zone": "Europe/Paris"}),
    NewTemplate: Form(OFFICERS, "template create", {"name": "duo", "title": "Duo"}),
    NoteModal: Form(EVERYBODY, ":note", {"note": "I bring flasks"}),
    ArrivalModal: Form(EVERYBODY, ":arrival", {"arrival": "20:15"}),
}
