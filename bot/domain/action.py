"""An entry of the durable queue: something that happens later or elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.ids import ActionId, ChannelId, EventId, GuildId


class Kind(StrEnum):
    """What there is to do."""

    POST_SHEET = "sheet.post"
    MOVE_SHEET = "sheet.move"
    REFRESH_SHEET = "sheet.refresh"
    DELETE_SHEET = "sheet.delete"
    ANNOUNCE = "booking.announce"
    NOTE_BOOKING = "booking.note"
    ASK_TO_BOOK = "booking.ask"
    END_QUESTION = "booking.end_question"
    CREATE_ON_RAID_HELPER = "raid_helper.create"
    EDIT_ON_RAID_HELPER = "raid_helper.edit"
    DELETE_ON_RAID_HELPER = "raid_helper.delete"
    DELETE_LOST = "raid_helper.delete_lost"
    SIGN_UP_ON_RAID_HELPER = "raid_helper.sign_up"
    PUT_ON_RAID_HELPER = "raid_helper.put"
    LEAVE_RAID_HELPER = "raid_helper.leave"
    MIRROR_RAID_HELPER = "raid_helper.mirror"
    TELL_OFFICERS = "officers.tell"
    TELL_MEMBER = "member.tell"
    ASK_MINIMUM = "minimum.ask"
    WARN_ROLES = "roles.warn"
    ASK_SUBSTITUTES = "substitutes.ask"
    POST_COMP = "comp.post"
    REFRESH_COMP = "comp.refresh"
    DELETE_COMP = "comp.delete"
    COMP_DECLINED = "comp.declined"
    CHANGE_STATUS = "raid.status"
    SYNC_THREAD = "thread.sync"
    SYNC_DISCORD_EVENT = "discord_event.sync"
    SYNC_ROLE = "role.sync"
    WARN_OFFICERS = "officers.warn"
    ASK_LOST_SHEET = "sheet.lost"
    SAY = "raid.say"
    ARCHIVE = "raid.archive"
    TELL_PEOPLE = "people.tell"
    NAME_PEOPLE = "people.name"
    END_TEST = "test.end"
    CHECK_RIGHTS = "rights.check"
    PLAN_AHEAD = "raids.plan"
    PLAN_ARCHIVE = "raids.archive"


@dataclass(frozen=True)
class NewAction:
    """An action to enqueue.

    Actions of one lane run in order while none fails; of one `dedupe` key only one is open at a time.
    """

    guild_id: GuildId
    kind: Kind
    lane: str
    due_at: datetime
    event_id: EventId | None = None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dedupe: str | None = None


@dataclass(frozen=True)
class Action:
    """A claimed action. `attempts` counts this one; `version` is what its asker last wanted done.

    `fence` is the hold on it: once it is given back or claimed anew there is a higher one, and this settles nothing.
    """

    id: ActionId
    guild_id: GuildId
    kind: Kind
    lane: str
    due_at: datetime
    event_id: EventId | None
    payload: Mapping[str, Any]
    version: int
    attempts: int
    fence: int

    @property
    def nonce(self) -> str:
        """The same for every attempt, so that Discord posts a message once."""
        return f"muster-{self.id}"


class Fate(StrEnum):
    """What becomes of an action that somebody had in hand."""

    DONE = "done"
    AGAIN = "again"
    DEAD = "dead"


@dataclass(frozen=True)
class Settled:
    """What came of a claimed action: `said` is its outcome or its error.

    `at` is when it wants looking at again; of one that is done, only if it was asked for again meanwhile. An attempt
    that is `uncounted` is taken back.
    """

    action: Action
    fate: Fate
    said: str
    at: datetime
    uncounted: bool = False


def channel_lane(channel_id: ChannelId | None) -> str:
    """The lane of what is written into one channel."""
    return f"channel:{channel_id}"
