"""Single sign-ups on Raid-Helper's sheets: a new sheet is filled, and officers' word is written on one that stands."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.domain.action import Action, Kind
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.ids import PlayerId
from bot.domain.roster import SignUp
from bot.domain.template import Choice
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelperServer
from bot.raid_helper.models import Choice as Button
from bot.raid_helper.models import RaidHelperEvent, SignUpDraft
from bot.raid_helper.models import SignUp as Row
from bot.raid_helper.naming import choose, status_choice
from bot.raid_helper.text import titled
from bot.services import lost_sheets
from bot.services.messenger import Undeliverable
from bot.services.queue import Handler
from bot.services.raid_helper_access import LATE_LISTINGS, RaidHelperAccess
from db import Database, Session


class RaidHelperSignUps:
    """Brings single sign-ups to Raid-Helper's sheets."""

    def __init__(self, db: Database, access: RaidHelperAccess, clock: Clock) -> None:
        self._db = db
        self._access = access
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.SIGN_UP_ON_RAID_HELPER: self.fill_in, Kind.PUT_ON_RAID_HELPER: self.put}

    async def fill_in(self, action: Action) -> str:
        """Add one pre-filled sign-up; one that stands already is left alone, and so are people without Discord."""
        async with self._db.transaction() as tx:
            event, own = await self._found(tx, action)
            server = await self._access.server(tx, action.guild_id, Purpose.SIGN_UP)
        if event is None or own is None or own.user_id is None:
            return "nobody to sign up"
        try:
            with self._access.refusals():
                there = await self._there(server, event, action)
                if there is None:
                    return "its sheet there was deleted"
                stands = there.signup_of(own.user_id)
                return "signed up already" if stands else await _brought(server, there, own, None)
        except errors.UnknownEvent as error:
            if action.attempts < LATE_LISTINGS:
                raise
            raise Undeliverable(str(error)) from error

    async def put(self, action: Action) -> str:
        """Bring one person's sign-up there to what our row says by now: added, moved, or off the sheet without one."""
        async with self._db.transaction() as tx:
            event, own = await self._found(tx, action)
            server = await self._access.server(tx, action.guild_id, Purpose.CHANGE)
        if event is None:
            return "no sheet there to write on"
        try:
            with self._access.refusals():
                there = await self._there(server, event, action)
                if there is None:
                    return "its sheet there was deleted"
                return await _brought(server, there, own, _row_of(there, action.payload))
        except errors.UnknownEvent as error:
            if action.attempts < LATE_LISTINGS:
                raise
            raise Undeliverable(str(error)) from error

    async def _there(self, server: RaidHelperServer, event: Event, action: Action) -> RaidHelperEvent | None:
        """The sheet there; None when somebody deleted it, which the officers are then asked about."""
        try:
            return await server.fetch_event(event.raid_helper_event_id or "")
        except errors.UnknownEvent:
            if action.attempts < LATE_LISTINGS:
                raise
        async with self._db.transaction() as tx:
            await lost_sheets.lose(tx, event, self._clock.now())
        return None

    async def _found(self, tx: Session, action: Action) -> tuple[Event | None, SignUp | None]:
        """The raid, if there is a sheet there to write on, and the person's row."""
        event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
        if event is None or not self._stands_there(event):
            return None, None
        player_id = PlayerId(action.payload["player_id"])
        return event, next((one for one in await tx.sign_ups.of(event.id) if one.player_id == player_id), None)

    def _stands_there(self, event: Event) -> bool:
        """Whether there is a sheet to write on: one that is being made is filled with everybody when it stands."""
        kept_there = event.sheet is SheetKind.RAID_HELPER and event.raid_helper_event_id is not None
        return kept_there and event.status is not EventStatus.CANCELLED and self._clock.now() < event.ends_at


async def _brought(server: RaidHelperServer, there: RaidHelperEvent, own: SignUp | None, row: Row | None) -> str:
    if own is None:
        return await _taken_off(server, there, row)
    button = _button(there, own)
    if button is None and own.choice is Choice.ABSENCE:
        return await _taken_off(server, there, row)  # a sheet without such a button says so by their not being on it
    if button is None:
        raise Undeliverable(f"the Raid-Helper template has no button for {own.choice}")
    if row is None or row.id is None:
        name = None if own.user_id else own.name
        await server.add_signup(there.id, SignUpDraft(button, user_id=own.user_id, name=name))
        return f"signed up as {button.class_name}"
    if row.class_name == button.class_name and button.spec_name in (None, row.spec_name):
        return "signed up like that already"
    await server.edit_signup(there.id, row.id, button)
    return f"moved to {button.class_name}"


async def _taken_off(server: RaidHelperServer, there: RaidHelperEvent, row: Row | None) -> str:
    if row is None or row.id is None:
        return "not on the sheet"
    await server.remove_signup(there.id, row.id)
    return "taken off"


def _button(there: RaidHelperEvent, own: SignUp) -> Button | None:
    """The template's button for this sign-up; a spec it does not know becomes Tentative."""
    if own.choice is not Choice.ACCEPTED:
        return status_choice(there.classes, own.choice.value)
    known = choose(there.classes, own.class_name or "", own.spec_name)
    return known or status_choice(there.classes, "tentative")


def _row_of(there: RaidHelperEvent, who: Mapping[str, object]) -> Row | None:
    """The person's row there: by its own id where we know only that, a member's by theirs, else by the name we gave."""
    if signup_id := who.get("signup_id"):
        return next((row for row in there.signups or () if row.id == signup_id), None)
    user_id, name = who.get("user_id"), titled(str(who.get("name", "")))
    if isinstance(user_id, int):
        return there.signup_of(user_id)
    return next((row for row in there.signups or () if row.member_id is None and row.name == name), None)
