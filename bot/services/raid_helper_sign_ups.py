"""Officers' word on Raid-Helper's sheets: whom they put on, change or take off here is brought to that sheet."""

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import Clock
from bot.domain.action import Action, Kind
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.ids import PlayerId
from bot.domain.roster import SignUp
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.models import RaidHelperEvent, SignUpDraft
from bot.raid_helper.models import SignUp as Row
from bot.raid_helper.text import titled
from bot.services.messenger import Undeliverable
from bot.services.queue import Handler, TryLater
from bot.services.raid_helper_delivery import FINAL, button_of
from bot.services.secrets import SecretBox
from db import Database

KEY_AGAIN = timedelta(minutes=5)


class RaidHelperSignUps:
    """Brings single sign-ups to Raid-Helper's sheets."""

    def __init__(self, db: Database, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.PUT_ON_RAID_HELPER: self.put}

    async def put(self, action: Action) -> str:
        """Bring one person's sign-up there to what our row says by now: added, moved, or off the sheet without one."""
        player_id = PlayerId(action.payload["player_id"])
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None or not self._stands_there(event):
                return "no sheet there to write on"
            own = next((one for one in await tx.sign_ups.of(event.id) if one.player_id == player_id), None)
            key = self._secrets.open((await tx.servers.get(action.guild_id)).raid_helper_key)
        if key is None:
            raise TryLater(self._clock.now() + KEY_AGAIN, "Raid-Helper is not connected")
        server = self._raid_helper.server(action.guild_id, key, Purpose.CHANGE)
        try:
            there = await server.fetch_event(event.raid_helper_event_id or "")
            return await _brought(server, there, own, _row_of(there, action.payload))
        except (*FINAL, errors.UnknownEvent) as error:
            raise Undeliverable(str(error)) from error
        except errors.RateLimited as error:
            raise TryLater(self._clock.now() + timedelta(seconds=error.retry_after), str(error)) from error

    def _stands_there(self, event: Event) -> bool:
        """Whether there is a sheet to write on: one that is being made is filled with everybody when it stands."""
        kept_there = event.sheet is SheetKind.RAID_HELPER and event.raid_helper_event_id is not None
        return kept_there and event.status is not EventStatus.CANCELLED and self._clock.now() < event.ends_at


async def _brought(server: RaidHelperServer, there: RaidHelperEvent, own: SignUp | None, row: Row | None) -> str:
    if own is None:
        return await _taken_off(server, there, row)
    button = button_of(there, own)
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


def _row_of(there: RaidHelperEvent, who: Mapping[str, object]) -> Row | None:
    """The person's row there: a member's by their id, somebody else's by the name we gave it."""
    user_id, name = who.get("user_id"), titled(str(who.get("name", "")))
    if isinstance(user_id, int):
        return there.signup_of(user_id)
    return next((row for row in there.signups or () if row.member_id is None and row.name == name), None)
