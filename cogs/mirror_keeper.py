"""What the queue does beside the sheets in Discord: threads, scheduled events and roles, by ids alone.

It asks Discord by its HTTP routes: a worker may be told to do something in a server of another worker's shards, which
is not in its cache.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import discord

from bot.client import MusterBot
from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId, UserId
from bot.domain.mirrors import Look, MirrorKind
from bot.render import mirror_texts
from bot.services.messenger import Undeliverable
from bot.services.mirrors import Gone, NoRoom, NotYet, Refused
from cogs.direct import send_direct
from cogs.rights import DiscordRights, words

NOBODY = discord.AllowedMentions.none()
A_WEEK = 10080
"""Minutes without a message after which Discord archives a thread; the most it takes."""
THREAD_EXISTS, THREAD_ARCHIVED, UNKNOWN_MESSAGE = 160004, 50083, 10008
EVENTS_FULL, ROLES_FULL = 30038, 30005
UNKNOWN_PEOPLE = (10007, 10013)
GUILD_ONLY = 2
VOICE, EXTERNAL, STAGE = 2, 3, 1
ACTIVE, COMPLETED, CANCELED = 2, 3, 4
LONGEST_PLACE = 100

T = TypeVar("T")


class DiscordMirrors:
    """Every keeper of `bot.services` beside the sheets, on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot
        self._rights = DiscordRights(bot)

    async def warn_in(self, channel_id: ChannelId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        """Say in a channel what is in a mirror's way."""
        try:
            where = self._bot.get_partial_messageable(channel_id)
            await where.send(_trouble(event, kind, why), nonce=nonce, allowed_mentions=NOBODY)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def warn_leader(self, user_id: UserId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        """Say it by direct message."""
        try:
            await send_direct(self._bot, event.guild_id, user_id, _trouble(event, kind, why), nonce)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def announce(
        self, channel_id: ChannelId, event: Event, text: str, rung: Sequence[UserId], nonce: str
    ) -> None:
        """Say it in as many messages as the pings need."""
        where = self._bot.get_partial_messageable(channel_id)
        for number, (said, whom) in enumerate(mirror_texts.announcement(event, text, rung)):
            pings = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in whom])
            try:
                await where.send(said, nonce=f"{nonce}-{number}", allowed_mentions=pings)
            except (discord.Forbidden, discord.NotFound) as error:
                raise Undeliverable(str(error)) from error

    # ---------------------------------------------------------------- threads

    async def open_thread(self, event: Event, name: str) -> ChannelId:
        """The thread below the event's sheet: a new one, or the one that is there."""
        if event.channel_id is None or event.message_id is None:
            raise NotYet
        opening = self._bot.http.start_thread_with_message(
            event.channel_id, event.message_id, name=name, auto_archive_duration=A_WEEK
        )
        try:
            await self._done(opening, event, event.channel_id, "create_public_threads")
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        except Gone as error:
            raise NotYet from error
        return ChannelId(event.message_id)  # Discord gives such a thread its message's id

    async def rename_thread(self, event: Event, thread_id: ChannelId, name: str, *, reopen: bool) -> None:
        """Give the thread that name; one that slept for a week wakes with it."""
        unlock: dict[str, Any] = {"locked": False} if reopen and await self._may(event, "manage_threads") else {}
        changing = self._bot.http.edit_channel(thread_id, name=name, archived=False, **unlock)
        await self._done(changing, event, event.channel_id, "manage_threads")

    async def close_thread(self, event: Event, thread_id: ChannelId) -> None:
        """Archive the thread, and lock it where the bot may."""
        lock: dict[str, Any] = {"locked": True} if await self._may(event, "manage_threads") else {}
        closing = self._bot.http.edit_channel(thread_id, archived=True, **lock)
        try:
            await self._done(closing, event, event.channel_id, "manage_threads")
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise

    # ---------------------------------------------------------------- scheduled events

    async def make_event(self, guild_id: GuildId, look: Look) -> int:
        """Make an event of that look."""
        payload = {**await self._payload({}, look), "privacy_level": GUILD_ONLY}
        try:
            made = await self._event(self._bot.http.create_guild_scheduled_event(guild_id, **payload), guild_id)
        except discord.HTTPException as error:
            if error.code == EVENTS_FULL:
                raise NoRoom(mirror_texts.FULL) from error
            raise
        return int(made["id"])

    async def find_event(self, guild_id: GuildId, marker: str) -> int | None:
        """Our own event whose description ends with that line."""
        listed: Sequence[Any] = await self._event(
            self._bot.http.get_scheduled_events(guild_id, with_user_count=False), guild_id
        )
        own = [one for one in listed if one.get("creator_id") == str(self._own_id)]
        found = [one for one in own if (one.get("description") or "").splitlines()[-1:] == [marker]]
        return int(found[0]["id"]) if found else None

    async def change_event(self, guild_id: GuildId, event_id: int, shown: Look, look: Look) -> None:
        """Change what differs, and start one that runs now."""
        payload = await self._payload(shown, look)
        if look["running"] and not shown.get("running"):
            payload["status"] = ACTIVE
        await self._event(self._bot.http.edit_scheduled_event(guild_id, event_id, **payload), guild_id)

    async def end_event(self, guild_id: GuildId, event_id: int, *, ran: bool, cancelled: bool) -> None:
        """End one that ran, cancel one that will not be; one that was never started is deleted."""
        http = self._bot.http
        if ran or cancelled:
            status = COMPLETED if ran else CANCELED
            await self._event(http.edit_scheduled_event(guild_id, event_id, status=status), guild_id)
        else:
            await self._event(http.delete_scheduled_event(guild_id, event_id), guild_id)

    async def _payload(self, shown: Look, look: Look) -> dict[str, Any]:
        """What differs, in Discord's words."""
        words = {"name": "name", "note": "description", "ends_at": "scheduled_end_time"}
        payload = {theirs: look[ours] for ours, theirs in words.items() if shown.get(ours) != look[ours]}
        if shown.get("starts_at") != look["starts_at"] and not look["running"]:
            payload["scheduled_start_time"] = look["starts_at"]
        if any(shown.get(name) != look[name] for name in ("voice_channel_id", "place")):
            payload |= await self._place(look)
        return payload

    async def _place(self, look: Look) -> dict[str, Any]:
        """The voice channel, as long as it is one; else where the sheet stands."""
        voice = await self._voice_kind(look["voice_channel_id"]) if look["voice_channel_id"] else None
        if voice is not None:
            return {"entity_type": voice, "channel_id": str(look["voice_channel_id"]), "entity_metadata": None}
        there = {"location": look["place"][:LONGEST_PLACE]}
        ends_at = look["ends_at"]  # one outside Discord has to have an end
        return {"entity_type": EXTERNAL, "channel_id": None, "entity_metadata": there, "scheduled_end_time": ends_at}

    async def _voice_kind(self, channel_id: int) -> int | None:
        try:
            kind = discord.ChannelType((await self._bot.http.get_channel(channel_id))["type"])
        except (discord.NotFound, discord.Forbidden, ValueError):
            return None
        return {discord.ChannelType.voice: VOICE, discord.ChannelType.stage_voice: STAGE}.get(kind)

    async def _event(self, asked: Awaitable[T], guild_id: GuildId) -> T:
        return await self._done(asked, guild_id, None, "create_events", "manage_events")

    # ---------------------------------------------------------------- roles

    async def make_role(self, guild_id: GuildId, name: str) -> RoleId:
        """A new role that grants nothing; officers and we may mention it."""
        making = self._bot.http.create_role(guild_id, name=name, permissions="0", mentionable=False)
        try:
            return RoleId(int((await self._done(making, guild_id, None, "manage_roles"))["id"]))
        except discord.HTTPException as error:
            if error.code == ROLES_FULL:
                raise Refused(mirror_texts.ROLES_FULL) from error
            raise

    async def find_role(self, guild_id: GuildId, mark: str) -> RoleId | None:
        """The role that grants nothing and whose name ends with that mark; never one of somebody's that grants more."""
        roles = await self._done(self._bot.http.get_roles(guild_id), guild_id, None, "manage_roles")
        ours = [one for one in roles if one["name"].endswith(mark) and one["permissions"] == "0" and not one["managed"]]
        return RoleId(int(ours[0]["id"])) if ours else None

    async def rename_role(self, guild_id: GuildId, role_id: RoleId, name: str) -> None:
        """Give the role that name."""
        await self._role(self._bot.http.edit_role(guild_id, role_id, name=name), guild_id, role_id)

    async def delete_role(self, guild_id: GuildId, role_id: RoleId) -> None:
        """Delete the role."""
        await self._role(self._bot.http.delete_role(guild_id, role_id), guild_id, role_id)

    async def give_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        """Give it; whoever left the server gets none."""
        await self._of_member(self._bot.http.add_role(guild_id, user_id, role_id), guild_id, role_id)

    async def take_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        """Take it; whoever left the server has none."""
        await self._of_member(self._bot.http.remove_role(guild_id, user_id, role_id), guild_id, role_id)

    async def _of_member(self, asked: Awaitable[Any], guild_id: GuildId, role_id: RoleId) -> None:
        try:
            await self._role(asked, guild_id, role_id)
        except Gone as error:
            cause = error.__cause__
            if not (isinstance(cause, discord.NotFound) and cause.code in UNKNOWN_PEOPLE):
                raise

    async def _role(self, asked: Awaitable[T], guild_id: GuildId, role_id: RoleId) -> T:
        try:
            return await asked
        except discord.NotFound as error:
            raise Gone(str(error)) from error
        except discord.Forbidden as error:
            raise Refused(await self._why_not(guild_id, role_id)) from error

    async def _why_not(self, guild_id: GuildId, role_id: RoleId) -> str:
        """Manage Roles is missing, or the role stands above ours."""
        if missing := await self._missing(guild_id, None, ("manage_roles",)):
            return mirror_texts.missing(missing)
        named = [one["name"] for one in await self._bot.http.get_roles(guild_id) if one["id"] == str(role_id)]
        return mirror_texts.too_high(named[0]) if named else mirror_texts.UNCLEAR

    # ---------------------------------------------------------------- what the bot may

    @property
    def _own_id(self) -> int:
        assert self._bot.user is not None  # noqa: S101 - the queue works after the login only
        return self._bot.user.id

    async def _done(self, asked: Awaitable[T], where: Event | GuildId, channel_id: int | None, *needed: str) -> T:
        """The answer to a request that takes the `needed` permissions. Raises Gone and Refused."""
        try:
            return await asked
        except discord.NotFound as error:
            raise Gone(str(error)) from error
        except discord.Forbidden as error:
            guild_id = where.guild_id if isinstance(where, Event) else where
            missing = await self._missing(guild_id, channel_id, needed)
            raise Refused(mirror_texts.missing(missing) if missing else mirror_texts.UNCLEAR) from error

    async def _may(self, event: Event, permission: str) -> bool:
        return not await self._missing(event.guild_id, event.channel_id, (permission,))

    async def _missing(self, guild_id: GuildId, channel_id: int | None, needed: Sequence[str]) -> Sequence[str]:
        """Which of the permissions the bot lacks, in Discord's words."""
        if channel_id is None:
            return (await self._rights.in_server(guild_id, needed)).names
        lack = await self._rights.in_channel(guild_id, ChannelId(channel_id), needed)
        return [words("view_channel")] if lack.gone else lack.names


def _trouble(event: Event, kind: MirrorKind, why: str | None) -> str:
    return mirror_texts.trouble(event, kind, why) if why else mirror_texts.deleted(event, kind)
