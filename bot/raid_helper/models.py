"""What goes to Raid-Helper and what comes back, as values; the shapes of JSON stay inside this package.

Ids are text, as Raid-Helper sends them; instants are aware and in UTC; durations are whole minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from bot.raid_helper.text import described, find_marker, is_ref, titled
from bot.raid_helper.wire import (
    Count,
    Id,
    Instant,
    OptionalInstant,
    OptionalText,
    Text,
    Wire,
    as_count,
    as_object,
    as_rows,
)

State = Literal["accepted", "queued", "late", "tentative", "bench", "absence"]

NO_LIMIT = 999
"""From here on Raid-Helper's numbers mean that there is no limit."""

_STATES: dict[str, State] = {
    "late": "late",
    "bench": "bench",
    "tentative": "tentative",
    "maybe": "tentative",  # the simple template's own words
    "absence": "absence",
    "declined": "absence",
}


@dataclass(frozen=True)
class Choice:
    """A button of one event's template, spelled as that template spells it: class, and spec where it has any."""

    class_name: str
    spec_name: str | None = None


@dataclass(frozen=True)
class EventDraft:
    """An event to create.

    `start` is aware and a whole minute; `leader_id` is a Discord member (a bot's own id will do); `template_id`
    None is the server's default, `limit` None the template's. `ref` (digits and small letters) ends up as a marker
    in the description, by which `find_lost` knows the event again: without one a lost answer cannot be mended.
    With `text_zone` the start goes as text on its clocks, as a person types it: for a server that misread the other.
    """

    title: str
    description: str
    start: datetime
    duration_minutes: int
    leader_id: int
    template_id: str | None = None
    limit: int | None = None
    deadline_hours: int | None = None
    ref: str = ""
    text_zone: tzinfo | None = None

    def __post_init__(self) -> None:
        _check_start(self.start, self.duration_minutes)
        _check_ref(self.ref)
        if not self.title.strip():
            raise ValueError("an event has a title")

    def body(self) -> dict[str, Any]:
        """The JSON of the create call.

        `date` and `time` hold the same unix seconds: text dates would be read in the server's Raid-Helper zone.
        """
        day = moment = str(int(self.start.timestamp()))
        if self.text_zone is not None:
            local = self.start.astimezone(self.text_zone)
            day, moment = f"{local:%d-%m-%Y}", f"{local:%H:%M}"
        body: dict[str, Any] = {
            "leaderId": str(self.leader_id),
            "title": titled(self.title),
            "description": described(self.description, self.ref),
            "date": day,
            "time": moment,
            "advancedSettings": self._settings(),
        }
        return body if self.template_id is None else {**body, "templateId": self.template_id}

    def _settings(self) -> dict[str, Any]:
        # vacuum deletes other people's messages, and a Discord event is Premium: neither is left to server defaults.
        settings: dict[str, Any] = {"duration": self.duration_minutes, "vacuum": False, "create_discordevent": False}
        chosen = {"limit": self.limit, "deadline": self.deadline_hours}
        return settings | {name: value for name, value in chosen.items() if value is not None}


@dataclass(frozen=True)
class EventChange:
    """What to change on an event; None leaves a thing as it is. `start` and `duration_minutes` come together.

    Raid-Helper replaces the description whole: give the draft's `ref` again to keep the marker.
    """

    title: str | None = None
    description: str | None = None
    start: datetime | None = None
    duration_minutes: int | None = None
    limit: int | None = None
    deadline_hours: int | None = None
    leader_id: int | None = None
    ref: str = ""

    def __post_init__(self) -> None:
        _check_ref(self.ref)
        if (self.start is None) != (self.duration_minutes is None):
            raise ValueError("a new start needs the duration, and a new duration the start")
        if self.start is not None and self.duration_minutes is not None:
            _check_start(self.start, self.duration_minutes)

    def body(self) -> dict[str, Any]:
        """The JSON of the edit call: only what changes."""
        body: dict[str, Any] = {}
        if self.title is not None:
            body["title"] = titled(self.title)
        if self.description is not None:
            body["description"] = described(self.description, self.ref)
        if self.leader_id is not None:
            body["leaderId"] = str(self.leader_id)
        settings = {"limit": self.limit, "duration": self.duration_minutes, "deadline": self.deadline_hours}
        known = {name: value for name, value in settings.items() if value is not None}
        return body | self._times() | ({"advancedSettings": known} if known else {})

    def _times(self) -> dict[str, int]:
        if self.start is None or self.duration_minutes is None:
            return {}
        end = self.start + timedelta(minutes=self.duration_minutes)
        return {"startTime": int(self.start.timestamp()), "endTime": int(end.timestamp())}


@dataclass(frozen=True)
class SignUpDraft:
    """A sign-up to add: a member by `user_id`, or somebody without Discord by `name` alone. Nobody is notified."""

    choice: Choice
    user_id: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if self.user_id is None and not (self.name or "").strip():
            raise ValueError("a sign-up is a member's or has a name")

    def body(self) -> dict[str, Any]:
        """The JSON of the sign-up call."""
        who: dict[str, Any] = {"isFake": True} if self.user_id is None else {"userId": str(self.user_id)}
        name = {"name": titled(self.name)} if self.name else {}
        return {**choice_body(self.choice), **who, **name, "notify": False}


def choice_body(choice: Choice) -> dict[str, Any]:
    """The JSON of a button; a status has no spec to send."""
    spec = {} if choice.spec_name is None else {"specName": choice.spec_name}
    return {"className": choice.class_name, **spec}


class Spec(Wire):
    """A spec below a class button."""

    name: Text = ""
    canonical_name: OptionalText = Field(default=None, validation_alias="cName")
    role_name: OptionalText = Field(default=None, validation_alias="roleName")
    emote_id: OptionalText = Field(default=None, validation_alias="emoteId")
    limit: Count = None


class ClassButton(Wire):
    """A button of the event's template: a class, a role, or (`is_status`) Late, Bench, Tentative, Absence."""

    name: Text = ""
    canonical_name: OptionalText = Field(default=None, validation_alias="cName")
    kind: Text = Field(default="primary", validation_alias="type")
    emote_id: OptionalText = Field(default=None, validation_alias="emoteId")
    effective_name: Text = Field(default="", validation_alias="effectiveName")
    limit: Count = None
    specs: Annotated[tuple[Spec, ...], BeforeValidator(as_rows)] = ()

    @property
    def is_status(self) -> bool:
        """Whether the button is one of the four statuses instead of a place in the raid."""
        return self.kind == "default"


_PEOPLE = frozenset({"leaderId", "leaderName", "signUps"})


class SignUp(Wire):
    """One row of an event's sheet; `id` is what edits and removals want, `member_id` None means no member."""

    id: Count = None
    user_id: Text = Field(default="", validation_alias="userId")
    name: Text = ""
    class_name: Text = Field(default="", validation_alias="className")
    spec_name: OptionalText = Field(default=None, validation_alias="specName")
    spec_emote_id: OptionalText = Field(default=None, validation_alias="specEmoteId")
    canonical_class: OptionalText = Field(default=None, validation_alias="cClassName")
    role_name: OptionalText = Field(default=None, validation_alias="roleName")
    position: Count = None
    status: Text = ""
    note: OptionalText = None
    entered: OptionalInstant = Field(default=None, validation_alias="entryTime")

    @property
    def nameless(self) -> dict[str, Any]:
        """What the row says of nobody in particular, as Raid-Helper names it."""
        said = {"className": self.class_name, "specName": self.spec_name}
        return {name: one for name, one in {**said, "position": self.position, "status": self.status}.items() if one}

    @property
    def member_id(self) -> int | None:
        """The member's Discord id; fake sign-ups hold other text there."""
        return int(self.user_id) if self.user_id.isdecimal() and 17 <= len(self.user_id) <= 20 else None

    @property
    def state(self) -> State:
        """What the member said. Raid-Helper's own `status` is "primary" even for an absence, so the button decides."""
        return _STATES.get(self.class_name.lower()) or ("queued" if self.status == "queued" else "accepted")


class RaidHelperEvent(Wire):
    """An event as Raid-Helper has it, from a create, a read or (without `classes`) a list.

    `signups` None means they were not asked for, which is not the same as nobody. `payload` is the object as it came,
    for the record. The id is also the id of Raid-Helper's Discord message, and of the thread in a forum.
    """

    id: Id
    start: Instant = Field(validation_alias="startTime")
    end: OptionalInstant = Field(default=None, validation_alias="endTime")
    closes: OptionalInstant = Field(default=None, validation_alias=AliasChoices("closingTime", "closeTime"))
    updated: OptionalInstant = Field(default=None, validation_alias="lastUpdated")
    server_id: Text = Field(default="", validation_alias="serverId")
    channel_id: Text = Field(default="", validation_alias="channelId")
    channel_type: Text = Field(default="text", validation_alias="channelType")
    leader_id: Text = Field(default="", validation_alias="leaderId")
    template_id: Text = Field(default="", validation_alias="templateId")
    title: Text = ""
    description: Text = ""
    signup_count: Count = Field(default=None, validation_alias="signUpCount")
    classes: Annotated[tuple[ClassButton, ...], BeforeValidator(as_rows)] = ()
    signups: Annotated[tuple[SignUp, ...], BeforeValidator(as_rows)] | None = Field(
        default=None, validation_alias="signUps"
    )
    payload: dict[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def limit(self) -> int | None:
        """How many may come; None when there is no limit, or when it was not told (as in a list)."""
        limit = as_count(self._settings.get("limit"))
        return limit if limit is not None and 0 < limit < NO_LIMIT else None

    @property
    def reminds(self) -> bool:
        """Whether Raid-Helper itself reminds whoever comes: so many minutes before the start, or "false"."""
        reminder = self._settings.get("reminder")
        return reminder is True or bool(as_count(reminder))

    @property
    def _settings(self) -> dict[str, Any]:
        return as_object(self.payload.get("advancedSettings")) or {}

    @property
    def record(self) -> dict[str, Any]:
        """`payload` without its people, to be kept: who leads and who comes stands elsewhere, and can be forgotten."""
        kept = {name: value for name, value in self.payload.items() if name not in _PEOPLE}
        if self.signups is None:
            return kept
        return {**kept, "signUps": [row.nameless for row in self.signups]}

    @property
    def ref(self) -> str | None:
        """The reference of the draft this event was created from, if it is one of ours."""
        return find_marker(self.description)

    @property
    def url(self) -> str:
        """The Discord link members click; a forum post is a channel of its own."""
        place = "" if self.channel_type == "post" or self.channel_id in {"", self.id} else f"{self.channel_id}/"
        return f"https://discord.com/channels/{self.server_id}/{place}{self.id}"

    def signup_of(self, user_id: int) -> SignUp | None:
        """The sign-up of a Discord member, or None."""
        return next((row for row in self.signups or () if row.member_id == user_id), None)


class AttendanceRow(Wire):
    """One member of Raid-Helper's attendance statistics; `attended` counts closed events, None when not told."""

    user_id: Text = Field(default="", validation_alias=AliasChoices("id", "userId"))
    name: Text = ""
    attended: Count = Field(default=None, validation_alias=AliasChoices("attended", "attendance", "count"))


def _check_start(start: datetime, duration_minutes: int) -> None:
    if start.tzinfo is None or start.second or start.microsecond:
        raise ValueError("a start is an aware whole minute")
    if duration_minutes < 0:
        raise ValueError("a duration is not negative")


def _check_ref(ref: str) -> None:
    if ref and not is_ref(ref):
        raise ValueError("a reference is 1 to 40 digits and small letters")
