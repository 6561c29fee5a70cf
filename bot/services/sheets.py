"""Sheets: everything one shows, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.action import Kind, NewAction, channel_lane
from bot.domain.desk import Desk
from bot.domain.event import Event, SheetKind
from bot.domain.ids import EventId, GuildId, MessageId, PlayerId
from bot.domain.notice import Notice, as_given
from bot.domain.roster import SignUp, place
from bot.domain.setting import Effective
from bot.domain.settings import MENTION_ROLES, VOICE_CHANNEL
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.services.settings import effective
from bot.services.templates import Templates
from db import Session

SPACING = timedelta(seconds=1)
"""From a change to the sheet's edit: what comes in between is one edit, and a message is edited once a second."""


class Sheets:
    """Reads sheets and asks for them to be drawn."""

    def __init__(self, templates: Templates, clock: Clock) -> None:
        self._templates = templates
        self._clock = clock

    async def read(self, tx: Session, event: Event, settings: Effective | None = None) -> Sheet:
        """The sheet as the database has it now; `settings` is what holds for the raid, if that is known."""
        template = await self._templates.of(tx, event)
        sign_ups = await tx.sign_ups.of(event.id)
        series = await tx.series.get(event.series_id) if event.series_id else None
        settings = settings or await effective(tx, event)
        now = self._clock.now()
        return Sheet(
            event,
            template,
            place(sign_ups, template, event.total_limit),
            series.label if series else None,
            frozenset(choice for choice in Choice if not event.takes(choice, now)),
            settings[VOICE_CHANNEL],
            () if event.posted_before else settings[MENTION_ROLES],
        )

    async def find(self, tx: Session, event_id: EventId) -> Sheet | None:
        """The sheet of that event, or None when it is gone."""
        event = await tx.events.get(event_id)
        return await self.read(tx, event) if event else None


async def post(tx: Session, event: Event, now: datetime, *, at_a_word: bool = False) -> None:
    """Enqueue the first appearance of an event's sheet, natively (then at its `post_at`) or on Raid-Helper.

    `at_a_word`: an officer has looked and asks for it.
    """
    native = event.sheet is SheetKind.NATIVE
    if native and event.post_at and event.unposted(now):
        kind, lane, key = Kind.POST_SHEET, channel_lane(event.channel_id), int(event.post_at.timestamp())
        later = NewAction(event.guild_id, kind, lane, event.post_at, event.id, dedupe=f"{kind}:{event.id}:{key}")
        await tx.actions.enqueue(later)
        return
    kind = Kind.POST_SHEET if native else Kind.CREATE_ON_RAID_HELPER
    lane = channel_lane(event.channel_id) if native else raid_helper_lane(event.guild_id)
    payload = {"at_a_word": 1} if at_a_word else {}  # at which attempt that holds
    new = NewAction(event.guild_id, kind, lane, now, event.id, payload, f"{kind}:{event.id}")
    await tx.actions.enqueue(new)


async def refresh(tx: Session, event: Event, now: datetime) -> None:
    """Enqueue a redraw; many changes within the spacing are one edit."""
    await tx.actions.enqueue(redraw(event, now))


def redraw(event: Event, now: datetime) -> NewAction:
    """The redraw of an event's sheet, a spacing from now."""
    kind = Kind.REFRESH_SHEET
    lane = channel_lane(event.channel_id)
    return NewAction(event.guild_id, kind, lane, now + SPACING, event.id, dedupe=f"{kind}:{event.id}")


def delete_left(event: Event, message_id: MessageId, now: datetime) -> NewAction:
    """The deletion of a message that the event has left behind in its channel."""
    gone = {"channel_id": event.channel_id, "message_id": message_id}
    return NewAction(event.guild_id, Kind.DELETE_SHEET, channel_lane(event.channel_id), now, event.id, gone)


def show(event: Event, now: datetime) -> Sequence[NewAction]:
    """What brings an event's changed settings onto its sheet, natively or on Raid-Helper."""
    if event.sheet is SheetKind.NATIVE:
        return [redraw(event, now)]
    kind = Kind.EDIT_ON_RAID_HELPER
    return [
        NewAction(event.guild_id, kind, raid_helper_lane(event.guild_id), now, event.id, dedupe=f"{kind}:{event.id}")
    ]


def tell(event: Event, notice: Notice, member: SignUp, now: datetime) -> Sequence[NewAction]:
    """The notice to one member; somebody without Discord is told nothing.

    Of several changes to the place of one answer, which they have not heard of yet, they are told of the first, if it
    still is one: the queue keeps that. With another answer, theirs or an officer's, they are told its place.
    """
    if member.user_id is None:
        return []
    payload = {"what": notice, "player_id": member.player_id, "user_id": member.user_id}
    told = NewAction(event.guild_id, Kind.TELL_MEMBER, f"member:{member.user_id}", now, event.id, payload)
    if event.sheet is SheetKind.RAID_HELPER or notice is Notice.REMOVED:
        return [told]
    answer = as_given(member)
    key = f"place:{event.id}:{member.player_id}:{answer}"
    return [replace(told, payload={**payload, "answer": answer}, dedupe=key)]


def moved_up_and_down(desk: Desk, now: datetime) -> Sequence[NewAction]:
    """The redraw of the desk's sheet, and a notice to whoever got or lost a seat by somebody else's doing."""
    promoted = [one for member in desk.promoted for one in tell(desk.event, Notice.PROMOTED, member, now)]
    demoted = [one for member in desk.demoted for one in tell(desk.event, Notice.DEMOTED, member, now)]
    return [redraw(desk.event, now), *promoted, *demoted]


def brought(desk: Desk, now: datetime) -> Sequence[NewAction]:
    """What brings an officer's changes of the desk's people onto its sheet at Raid-Helper."""
    return [
        put_there(desk.event, one.player_id, {"user_id": one.user_id, "name": one.name}, now)
        for one in (*desk.changed, *desk.gone)
    ]


def put_there(event: Event, player_id: PlayerId, who: Mapping[str, object], now: datetime) -> NewAction:
    """What brings one person's answer, or that there is none, to Raid-Helper, where `who` says which row is theirs."""
    kind, payload = Kind.PUT_ON_RAID_HELPER, {"player_id": player_id, **who}
    lane, key = raid_helper_lane(event.guild_id), f"{Kind.PUT_ON_RAID_HELPER}:{event.id}:{player_id}"
    return NewAction(event.guild_id, kind, lane, now, event.id, payload, key)


def raid_helper_lane(guild_id: GuildId) -> str:
    """The lane of a server's requests to Raid-Helper: one after the other."""
    return f"raid-helper:{guild_id}"
