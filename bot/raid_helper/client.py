"""The Raid-Helper client: one method an endpoint, values in and values out, every failure a `RaidHelperError`.

Source of every rule: the API's contract as public clients know it, version v4.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr, ValidationError

from bot.clock import Clock
from bot.raid_helper.answers import Answer, Call
from bot.raid_helper.budget import Budget, Ledger, Purpose, Uncounted
from bot.raid_helper.errors import (
    InvalidKey,
    NoAccess,
    OutcomeUnknown,
    UnknownEvent,
    Unreadable,
)
from bot.raid_helper.models import (
    AttendanceRow,
    Choice,
    EventChange,
    EventDraft,
    RaidHelperEvent,
    SignUpDraft,
    choice_body,
)
from bot.raid_helper.text import described, titled
from bot.raid_helper.transport import Account, Transport, Wait
from bot.raid_helper.wire import as_count, as_object, as_rows

log = logging.getLogger(__name__)

MOST_PAGES = 50
LOOKS = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each look at a new event: for a moment after its creation Raid-Helper may not find it."""


class RaidHelper:
    """Raid-Helper, for every Discord server that has a key; paces each key, whoever uses it.

    `base_url` is https (ValueError otherwise; plain http is for loopback). `ledger` counts the requests of the day,
    `wait` replaces `clock.sleep`.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        clock: Clock,
        *,
        ledger: Ledger | None = None,
        wait: Wait | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        counted = ledger or Uncounted()
        self._transport = Transport(http, base_url, clock, counted, wait=wait, timeout_seconds=timeout_seconds)
        self._clock = clock

    def server(self, guild_id: int, key: str | SecretStr, purpose: Purpose = Purpose.BOOKING) -> "RaidHelperServer":
        """Raid-Helper on one Discord server, for one `purpose`. Raises `InvalidKey` for a key that cannot be one."""
        return RaidHelperServer(self._transport, self._clock, Account(guild_id, tidy_key(key), purpose))

    async def budget(self, guild_id: int) -> Budget:
        """What a server has left of the day's requests, by the ledger's count; asks Raid-Helper nothing."""
        return await self._transport.ledger.budget(guild_id, self._clock.now())


class RaidHelperServer:
    """Raid-Helper bound to one Discord server; events of other servers are unknown here.

    Every method raises `RaidHelperError`s. After `OutcomeUnknown` read before repeating; see `find_lost`.
    """

    def __init__(self, transport: Transport, clock: Clock, account: Account) -> None:
        self.guild_id = account.guild_id
        self._transport = transport
        self._clock = clock
        self._account = account

    async def check(self) -> None:
        """Raise if the key, the address or the service is not in order."""
        now = self._clock.now()
        await self.list_events(now, now + timedelta(minutes=1))

    async def create_event(self, channel_id: int, draft: EventDraft) -> RaidHelperEvent:
        """Post an event. Never repeated on doubt: a second call is a second post in Discord.

        Raises `NoAccess` when Raid-Helper cannot write in the channel, `LockedTemplate`, and `OutcomeUnknown` when
        no readable answer came: then `find_lost` before creating again.
        """
        path = f"/servers/{self.guild_id}/channels/{channel_id}/event"
        answer = await self._perform(Call("POST", path, missing=NoAccess, body=draft.body()))
        created = _created(answer.object() or {}, self._known_of(channel_id, draft))
        if created is None:
            raise OutcomeUnknown
        return created

    async def fetch_event(self, event_id: str) -> RaidHelperEvent:
        """An event with its template's buttons and its sign-ups. Raises `UnknownEvent`, also for other servers'."""
        answer = await self._perform(Call("GET", _event_path(event_id)))
        found = _event({"signUps": [], **(answer.object() or {})})
        if found is None:
            raise Unreadable
        if found.server_id not in {"", str(self.guild_id)}:
            raise UnknownEvent
        return found.model_copy(update={"server_id": str(self.guild_id)})

    async def complete(self, event: RaidHelperEvent) -> RaidHelperEvent:
        """`event` with its template's buttons: as it is if it has them, else read (a new event patiently)."""
        if event.classes:
            return event
        for pause in LOOKS:
            await self.wait(pause)
            try:
                return await self.fetch_event(event.id)
            except UnknownEvent:
                log.info("Raid-Helper does not find event %s yet", event.id)
        raise UnknownEvent

    async def list_events(
        self,
        starts_from: datetime,
        starts_to: datetime,
        channel: int | None = None,
        with_signups: bool = False,
    ) -> list[RaidHelperEvent]:
        """The posted events that start in a span (both ends included, aware), earliest first, without `classes`.

        An answer over 1 MiB is `Unreadable`: ask for a shorter span. A forum's posts are channels of their own.
        """
        filters = _list_filters(starts_from, starts_to, channel, with_signups)
        found: dict[str, RaidHelperEvent] = {}
        for page in range(1, MOST_PAGES + 1):
            rows, pages = await self._page(filters, page)
            fresh = {event.id: event for event in rows if event.id not in found}
            found |= fresh
            # Past the last page the list is empty; a drifted answer may not say how many there are.
            if not fresh if pages is None else page >= pages:
                break
        within = [event for event in found.values() if starts_from <= event.start <= starts_to]
        return sorted(within, key=lambda event: event.start)

    async def edit_event(self, event_id: str, change: EventChange) -> None:
        """Change an event; an empty change asks nothing."""
        if body := change.body():
            await self._write(Call("PATCH", _event_path(event_id), body=body))

    async def delete_event(self, event_id: str) -> None:
        """Delete an event and its message; one that is gone already is fine."""
        await self._remove(_event_path(event_id))

    async def add_signup(self, event_id: str, signup: SignUpDraft) -> None:
        """Sign somebody up. Change the sign-up of a member who has one (`signup_of`) instead of adding a second."""
        await self._write(Call("POST", f"{_event_path(event_id)}/signups", body=signup.body()))

    async def edit_signup(self, event_id: str, signup_id: int, choice: Choice) -> None:
        """Move a sign-up to another button."""
        path = f"{_event_path(event_id)}/signups/{signup_id:d}"
        await self._write(Call("PATCH", path, body=choice_body(choice)))

    async def remove_signup(self, event_id: str, signup_id: int) -> None:
        """Withdraw a sign-up; one that is gone already is fine."""
        await self._remove(f"{_event_path(event_id)}/signups/{signup_id:d}")

    async def attendance(
        self, since: datetime, until: datetime, *, tags: Collection[str] = (), channels: Collection[int] = ()
    ) -> list[AttendanceRow]:
        """Who took part in the closed events of a span (aware), by Raid-Helper's own statistics."""
        filters = {"TimeFilterStart": _unix(since), "TimeFilterEnd": _unix(until)}
        chosen = {"TagFilter": ",".join(tags), "ChannelFilter": ",".join(map(str, channels))}
        headers = filters | {name: value for name, value in chosen.items() if value}
        path = f"/servers/{self.guild_id}/attendance"
        found = (await self._perform(Call("GET", path, missing=NoAccess, headers=headers))).object()
        if found is None:
            raise Unreadable
        return [AttendanceRow.model_validate(row) for row in as_rows(found.get("result"))]

    async def wait(self, seconds: float) -> None:
        """Let `seconds` of the client's clock pass."""
        if seconds:
            await self._transport.wait(seconds)

    async def _page(self, filters: Mapping[str, str], page: int) -> tuple[list[RaidHelperEvent], int | None]:
        # The filters are headers; Raid-Helper ignores a query string without a word.
        headers = {**filters, "Page": str(page)}
        call = Call("GET", f"/servers/{self.guild_id}/events", missing=NoAccess, headers=headers)
        found = (await self._perform(call)).object()
        if found is None or not isinstance(found.get("postedEvents"), list):
            raise Unreadable
        listed = [
            _event({"serverId": str(self.guild_id), **row}) for row in map(as_object, found["postedEvents"]) if row
        ]
        return [event for event in listed if event is not None], as_count(found.get("pages"))

    async def _write(self, call: Call) -> None:
        answer = await self._perform(call)
        if answer.object() is None:
            raise OutcomeUnknown

    async def _remove(self, path: str) -> None:
        try:
            await self._perform(Call("DELETE", path))
        except UnknownEvent:
            log.info("Raid-Helper: %s was gone already", path)

    async def _perform(self, call: Call) -> Answer:
        return await self._transport.perform(call, self._account)

    def _known_of(self, channel_id: int, draft: EventDraft) -> dict[str, Any]:
        """What is sure about a new event even if the answer holds no more than its id."""
        return {
            "serverId": str(self.guild_id),
            "channelId": str(channel_id),
            "startTime": int(draft.start.timestamp()),
            "title": titled(draft.title),
            "description": described(draft.description, draft.ref),
        }


async def find_lost(
    server: RaidHelperServer, draft: EventDraft, within: timedelta = timedelta(minutes=1)
) -> RaidHelperEvent | None:
    """The event a lost `create_event` made after all, by the draft's marker; None when there is none.

    Looks at 0, 1, 3 and 7 seconds, because a list lags, `within` so much of its start, because it may stand at
    another. Without a `ref` nothing can be found (ValueError).
    """
    if not draft.ref:
        raise ValueError("a draft without a reference cannot be found again")
    for pause in LOOKS:
        await server.wait(pause)
        around = await server.list_events(draft.start - within, draft.start + within)
        if found := next((event for event in around if event.ref == draft.ref), None):
            return found
    return None


def tidy_key(key: str | SecretStr) -> SecretStr:
    """A key as pasted, without quotes, white space and a `Bearer` before it. Raises `InvalidKey` for what is none."""
    text = (key.get_secret_value() if isinstance(key, SecretStr) else key).strip().strip("'\"`")
    words = text.split()
    bare = words[1:] if words[:1] == ["Bearer"] else words
    if len(bare) != 1 or not bare[0].isascii() or not bare[0].isprintable():
        raise InvalidKey
    return SecretStr(bare[0])


def _created(answer: dict[str, Any], known: dict[str, Any]) -> RaidHelperEvent | None:
    event = as_object(answer.get("event")) or {}
    ids = (event.get("id"), answer.get("id"), answer.get("eventId"))
    return _event({**known, **event, "id": next((found for found in ids if found), None)})


def _event(payload: dict[str, Any]) -> RaidHelperEvent | None:
    try:
        return RaidHelperEvent.model_validate({**payload, "payload": payload})
    except ValidationError as error:
        log.warning("Raid-Helper sent an event Muster cannot read: %s", [line["loc"] for line in error.errors()])
        return None


def _event_path(event_id: str) -> str:
    if not (event_id.isascii() and event_id.isdigit()):
        raise UnknownEvent
    return f"/events/{event_id}"


def _list_filters(since: datetime, until: datetime, channel: int | None, with_signups: bool) -> dict[str, str]:
    filters = {"StartTimeFilter": _unix(since), "EndTimeFilter": _unix(until)}
    chosen = {"ChannelFilter": str(channel) if channel else "", "IncludeSignUps": "true" if with_signups else ""}
    return filters | {name: value for name, value in chosen.items() if value}


def _unix(moment: datetime) -> str:
    return str(int(moment.timestamp()))
