"""REST: a server's scheduled events: a hundred waiting or running ones at most."""

from datetime import datetime

from sandbox.discord import access, wire
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Guild, Kind

_EVENTS = "/guilds/{guild_id}/scheduled-events"
_ONE = "/guilds/{guild_id}/scheduled-events/{event_id}"
_LIMIT = 100
_SCHEDULED, _ACTIVE, _COMPLETED, _CANCELED = 1, 2, 3, 4
_NEXT = {_SCHEDULED: {_SCHEDULED, _ACTIVE, _CANCELED}, _ACTIVE: {_ACTIVE, _COMPLETED}}
_STAGE, _VOICE, _EXTERNAL = 1, 2, 3
_FIELDS = (
    "name",
    "description",
    "scheduled_start_time",
    "scheduled_end_time",
    "privacy_level",
    "entity_type",
    "entity_metadata",
    "channel_id",
    "status",
    "image",
    "recurrence_rule",
)


@routes.on("GET", _EVENTS)
async def list_events(request: Request) -> list[JSON]:
    """All events that stand."""
    return [_counted(each) for each in access.guild(request).events.values()]


def _counted(event: JSON) -> JSON:
    return {**event, "user_count": 0}


@routes.on("GET", _ONE)
async def get(request: Request) -> JSON:
    """One event (10070 when unknown)."""
    return _counted(_known(request, access.guild(request)))


def _known(request: Request, guild: Guild) -> JSON:
    found = guild.events.get(request.id("event_id"))
    if found is None:
        raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
    return found


@routes.on("POST", _EVENTS)
async def create(request: Request) -> JSON:
    """A new event: Create Events (or Manage Events), in the future, with a place."""
    guild, discord = access.guild(request), request.discord
    access.require_in_guild(request, guild, Permission.CREATE_EVENTS, Permission.MANAGE_EVENTS)
    if sum(each["status"] in (_SCHEDULED, _ACTIVE) for each in guild.events.values()) >= _LIMIT:
        raise Refusal(400, 30038, f"Maximum number of guild scheduled events reached ({_LIMIT})")
    event_id = discord.snowflakes.next()
    event: JSON = {
        "id": str(event_id),
        "guild_id": str(guild.id),
        "creator_id": str(discord.bot_user.id),
        "creator": wire.user(discord.bot_user),
        "entity_id": None,
        "guild_scheduled_event_exceptions": [],
        **dict.fromkeys(_FIELDS),
        **_taken(request.json),
        "status": _SCHEDULED,
    }
    _check(request, guild, event)
    _in_future(request, event)
    guild.events[event_id] = event
    discord.gateway.dispatch("GUILD_SCHEDULED_EVENT_CREATE", event, guild.id)
    return event


def _taken(body: JSON) -> JSON:
    return {name: body[name] for name in _FIELDS if name in body and name != "image"}


def _check(request: Request, guild: Guild, event: JSON) -> None:
    _lengths(event)
    if event["privacy_level"] != 2:
        raise invalid("privacy_level", "BASE_TYPE_CHOICES", "Value must be one of {2}.")
    if event["entity_type"] == _EXTERNAL:
        _check_external(event)
    else:
        _check_voice(request, guild, event)
    if event["scheduled_end_time"] and _moment(event, "scheduled_end_time") <= _moment(event, "scheduled_start_time"):
        raise invalid("scheduled_end_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID", "Cannot end before it starts")


def _lengths(event: JSON) -> None:
    if not 1 <= len(event["name"] or "") <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if len(event["description"] or "") > 1000:
        raise invalid("description", "BASE_TYPE_MAX_LENGTH", "Must be 1000 or fewer in length.")
    if not event["scheduled_start_time"]:
        raise invalid("scheduled_start_time", "BASE_TYPE_REQUIRED", "This field is required")


def _check_external(event: JSON) -> None:
    location = (event["entity_metadata"] or {}).get("location") or ""
    if not 1 <= len(location) <= 100:
        raise invalid("entity_metadata.location", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if not event["scheduled_end_time"] or event["channel_id"]:
        raise invalid("scheduled_end_time", "BASE_TYPE_REQUIRED", "This field is required")


def _check_voice(request: Request, guild: Guild, event: JSON) -> None:
    channel = guild.channels.get(int(event["channel_id"] or 0))
    if channel is None:
        raise Refusal(404, 10003, "Unknown Channel")
    wanted = Kind.VOICE if event["entity_type"] == _VOICE else Kind.STAGE
    if channel.kind is not wanted:
        raise invalid("channel_id", "GUILD_SCHEDULED_EVENT_INVALID_CHANNEL", "Not a channel of that kind")
    access.require(request, channel, Permission.VIEW_CHANNEL, Permission.CONNECT)


def _moment(event: JSON, name: str) -> datetime:
    return datetime.fromisoformat(event[name])


def _in_future(request: Request, event: JSON) -> None:
    if _moment(event, "scheduled_start_time") <= request.discord.clock.now():
        problem = "Cannot schedule event in the past."
        raise invalid("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", problem)


@routes.on("PATCH", _ONE)
async def change(request: Request) -> JSON:
    """Change an event, or start, end or cancel it; one that is over is gone."""
    guild = access.guild(request)
    event = _known(request, guild)
    _may_change(request, guild, event)
    changed = {**event, **_taken(request.json)}
    if changed["status"] not in _NEXT[event["status"]]:
        raise invalid("status", "GUILD_SCHEDULED_EVENT_STATUS_INVALID", "Invalid Guild Scheduled Event Status")
    _check(request, guild, changed)
    if changed["scheduled_start_time"] != event["scheduled_start_time"]:
        _in_future(request, changed)
    event.update(changed)
    request.discord.gateway.dispatch("GUILD_SCHEDULED_EVENT_UPDATE", event, guild.id)
    if event["status"] in (_COMPLETED, _CANCELED):
        del guild.events[int(event["id"])]
    return event


@routes.on("DELETE", _ONE)
async def delete(request: Request) -> None:
    """Delete an event."""
    guild = access.guild(request)
    event = _known(request, guild)
    _may_change(request, guild, event)
    del guild.events[int(event["id"])]
    request.discord.gateway.dispatch("GUILD_SCHEDULED_EVENT_DELETE", event, guild.id)


def _may_change(request: Request, guild: Guild, event: JSON) -> None:
    """Manage Events; Create Events is enough for the bot's own ones."""
    own = event["creator_id"] == str(request.discord.bot_user.id)
    enough = [Permission.MANAGE_EVENTS] + ([Permission.CREATE_EVENTS] if own else [])
    access.require_in_guild(request, guild, *enough)
