"""`python -m bot check`: what stands between this installation and a raid, a line each with its mend."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.app import database_at, encryption_key
from bot.client import intents
from bot.clock import SystemClock
from bot.domain.durations import show_duration
from bot.domain.errors import MusterError
from bot.domain.health import FEW_REQUESTS, Waiting
from bot.domain.ids import ChannelId
from bot.domain.needs import deleted
from bot.domain.server import Server
from bot.raid_helper.budget import DAILY, DAY
from bot.raid_helper.client import RaidHelper
from bot.render import health_texts, rights_texts
from bot.services.health import Wanted, wanted
from bot.services.secrets import SecretBox
from bot.settings import Settings, SettingsError, require_token
from cogs.rights import lacking, lacking_in_server
from db import Database
from db.embedded import EmbeddedPostgresError
from db.migrate import MigrationError, pending
from db.pool import DatabaseUnreachable, connect, open_pool

MINUTE = timedelta(minutes=1)
LETTERS_MEND = "`/raid health` there shows them, to be retried or discarded."
KEY_MEND = "Set the ENCRYPTION_KEY it was stored with, or store it anew with `/raidhelper connect`."


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, or not and then with its mend."""

    fine: bool
    text: str


async def check(settings: Settings) -> int:
    """Print a line for everything looked at; the exit code is 0 when all is fine, else 1."""
    findings = [finding async for finding in _findings(settings)]
    for one in findings:
        print(f"{'ok  ' if one.fine else 'MEND'}  {one.text}")  # noqa: T201 - a command's answer
    return 0 if all(one.fine for one in findings) else 1


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    client = discord.Client(intents=intents(members=settings.members_intent))
    async with client:
        logged_in = await _log_in(client, settings)
        yield logged_in
        if logged_in.fine:
            yield _intents(client, settings)
        try:
            async with database_at(settings) as dsn:
                async for finding in _stored(settings, dsn, client if logged_in.fine else None):
                    yield finding
        except (DatabaseUnreachable, MigrationError, EmbeddedPostgresError) as error:
            yield Finding(False, f"Database: {error}")


async def _log_in(client: discord.Client, settings: Settings) -> Finding:
    try:
        await client.login(require_token(settings))
    except SettingsError as error:
        return Finding(False, str(error))
    except discord.LoginFailure:
        return Finding(False, "DISCORD_TOKEN: Discord does not accept it. Copy it anew from the portal.")
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError):
        return Finding(False, "Discord does not answer. Check this machine's way to the internet and try again.")
    return Finding(True, f"Token: logged in as {client.user}")


def _intents(client: discord.Client, settings: Settings) -> Finding:
    flags = client.application_flags
    if settings.members_intent and not (flags.gateway_guild_members or flags.gateway_guild_members_limited):
        return Finding(False, "MEMBERS_INTENT: allow the bot the Server Members intent in the portal, or unset it.")
    return Finding(True, "Intents: the bot may use everything it asks for")


async def _stored(settings: Settings, dsn: str, client: discord.Client | None) -> AsyncIterator[Finding]:
    waiting = await _pending(dsn)
    if waiting:
        yield Finding(False, f"Database: {len(waiting)} migration(s) to apply. Run `python -m bot migrate`.")
        return
    async with await open_pool(dsn) as pool, Database(pool).transaction() as tx:
        now = SystemClock().now()
        migration = (await tx.state.migration()).removesuffix(".sql")
        yield Finding(True, f"Database: reachable and up to date ({migration})")
        for line in health_texts.running(await tx.pulse.workers(), await tx.pulse.gateways(), now):
            yield Finding(line.mark != health_texts.TROUBLE, line.text)
        yield _queue(await tx.actions.waiting(None, now), now)
        servers = await tx.servers.all()
        given_up = {one.id: await tx.dead_letters.count(one.id) for one in servers}
        wants = {one.id: await wanted(tx, one, now) for one in servers}
        used = {one.id: (await tx.raid_helper.used(one.id, now, DAY))[0] for one in servers}
    for server in servers:
        if server.left_at is not None:
            yield Finding(True, f"Server {server.id}: the bot was removed from it; its raids rest until it is back")
            continue
        if client is not None:
            async for finding in _allowed(client, server, wants[server.id]):
                yield finding
        async for finding in _worked(settings, server, given_up[server.id], DAILY - used[server.id]):
            yield finding


async def _worked(settings: Settings, server: Server, given_up: int, left: int) -> AsyncIterator[Finding]:
    """What was given up in the server, its key, and what is `left` of its day's requests."""
    if given_up:
        yield Finding(False, f"Server {server.id}: {given_up} thing(s) given up. {LETTERS_MEND}")
    if server.raid_helper_key:
        yield await _raid_helper(settings, server)
        yield _quota(server, left)


def _queue(waiting: Waiting, now: datetime) -> Finding:
    if waiting.oldest is None:
        return Finding(True, "Queue: nothing is waiting")
    since = f"{waiting.count} due, the oldest for {show_duration(max(now - waiting.oldest, MINUTE))}"
    if waiting.stuck(now):
        return Finding(False, f"Queue: {since}. Start the bot; while it runs, its log says what is in the way.")
    return Finding(True, f"Queue: {since}")


def _quota(server: Server, left: int) -> Finding:
    if left < FEW_REQUESTS:
        return Finding(
            False, f"Server {server.id}: {left} of the day's Raid-Helper requests left. They come back by hours."
        )
    return Finding(True, f"Server {server.id}: {left} of the day's Raid-Helper requests left")


async def _pending(dsn: str) -> Sequence[str]:
    connection = await connect(dsn)
    try:
        return await pending(connection)
    finally:
        await connection.close()


async def _allowed(client: discord.Client, server: Server, wants: Wanted) -> AsyncIterator[Finding]:
    """What the bot lacks in the server's channels and in the server, and what names a deleted role."""
    assert client.user is not None  # noqa: S101 - logged in
    try:
        guild = await client.fetch_guild(server.id)
        me = await guild.fetch_member(client.user.id)
    except discord.HTTPException:
        yield Finding(False, f"Server {server.id}: the bot is not in it any more. Invite it again.")
        return
    for channel_id, needed in wants.in_channels.items():
        yield await _channel(guild, me, channel_id, needed)
    there = {role.id for role in guild.roles}
    gone = {role for roles in wants.roles.values() for role in roles} - there
    for lack in (lacking_in_server(me, wants.in_server), deleted(wants.roles, gone)):
        if lack:
            yield Finding(False, f"Server {guild.name}: {rights_texts.lacking(lack).replace('**', '')}")


async def _channel(guild: discord.Guild, me: discord.Member, channel_id: ChannelId, needed: Sequence[str]) -> Finding:
    name = f"Server {guild.name}, channel {channel_id}"
    try:
        lacks = lacking(await guild.fetch_channel(channel_id), me, needed)
    except discord.HTTPException:
        return Finding(False, f"{name}: not there, or hidden from the bot. Choose another with `/raid setup`.")
    if lacks:
        return Finding(False, f"{name}: give the bot {', '.join(lacks.names)}.")
    return Finding(True, f"{name}: the bot can post")


async def _raid_helper(settings: Settings, server: Server) -> Finding:
    try:
        key = SecretBox(encryption_key(settings)).open(server.raid_helper_key)
    except SettingsError as error:
        return Finding(False, str(error))
    if key is None:
        return Finding(False, f"Server {server.id}: its Raid-Helper key cannot be opened. {KEY_MEND}")
    async with aiohttp.ClientSession() as http:
        raid_helper = RaidHelper(http, settings.raid_helper_base_url, SystemClock())
        try:
            async with asyncio.timeout(30):
                await raid_helper.server(server.id, key).check()
        except (MusterError, TimeoutError) as error:
            return Finding(False, f"Server {server.id}, Raid-Helper: {error or 'no answer in 30 s'}")
    return Finding(True, f"Server {server.id}: Raid-Helper accepts the key")
