"""The gateway: sessions, heartbeats, identify, resume with the missed events, and who is told what."""

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import WSMsgType, web

from sandbox.discord import wire, wire_guild
from sandbox.discord.world import JSON, Guild

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer

GUILDS, MEMBERS, VOICE, MESSAGES, REACTIONS, DMS = 1 << 0, 1 << 1, 1 << 7, 1 << 9, 1 << 10, 1 << 12
MESSAGE_CONTENT, EVENTS = 1 << 15, 1 << 16
# The intent a session must have named to be told of an event; events that are not listed reach everyone.
INTENTS = {
    "GUILD_MEMBER_ADD": MEMBERS,
    "GUILD_MEMBER_REMOVE": MEMBERS,
    "VOICE_STATE_UPDATE": VOICE,
    "GUILD_SCHEDULED_EVENT_CREATE": EVENTS,
    "GUILD_SCHEDULED_EVENT_UPDATE": EVENTS,
    "GUILD_SCHEDULED_EVENT_DELETE": EVENTS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "GUILD_ROLE_DELETE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_UPDATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "CHANNEL_PINS_UPDATE": GUILDS,
    "THREAD_CREATE": GUILDS,
    "THREAD_UPDATE": GUILDS,
    "THREAD_DELETE": GUILDS,
}
_REPLAYED = 2000


@dataclass(eq=False)
class Session:
    """One identified connection of a bot: it outlives a dropped socket, to be resumed."""

    id: str
    shard: int
    shards: int
    intents: int
    socket: web.WebSocketResponse | None = None
    frames: "asyncio.Queue[str] | None" = None
    sequence: int = 0
    missed: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_REPLAYED))

    @property
    def live(self) -> bool:
        """Whether a connection stands."""
        return self.socket is not None and not self.socket.closed

    def owns(self, guild_id: int | None) -> bool:
        """Whether this shard serves the server; direct messages belong to shard 0."""
        return ((guild_id or 0) >> 22) % self.shards == self.shard

    def send(self, event: str, body: str) -> None:
        """Dispatch the event (`body` is JSON already), and keep it for a resume."""
        self.sequence += 1
        frame = f'{{"op":0,"s":{self.sequence},"t":"{event}","d":{body}}}'
        self.missed.append((self.sequence, frame))
        if self.frames is not None:
            self.frames.put_nowait(frame)

    def connect(self, socket: web.WebSocketResponse, frames: "asyncio.Queue[str]") -> None:
        """Events go out through this connection from now on."""
        self.socket, self.frames = socket, frames

    def replay(self, after: int) -> None:
        """Send what the bot missed after that sequence number, then RESUMED."""
        assert self.frames is not None
        for sequence, frame in list(self.missed):
            if sequence > after:
                self.frames.put_nowait(frame)
        self.send("RESUMED", "{}")


class Gateway:
    """All sessions of all bot processes on the one token."""

    def __init__(self, discord: "DiscordServer") -> None:
        self._discord = discord
        self._count = 0
        self.sessions: dict[str, Session] = {}
        self.interactions_to: Session | Literal["newest", "all"] = "newest"

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO until it closes."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        frames: asyncio.Queue[str] = asyncio.Queue()
        pump = asyncio.create_task(_pump(socket, frames))
        session: Session | None = None
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    session = await self._receive(_Line(socket, frames), session, json.loads(frame.data))
        finally:
            pump.cancel()
            if session and session.socket is socket:
                # Kept, to be resumed: discord.py says 4000 even when its bot closes for good.
                session.socket = session.frames = None
        return socket

    def dispatch(
        self,
        event: str,
        data: JSON,
        guild_id: int | None = None,
        intent: int | None = None,
        masked: JSON | None = None,
    ) -> None:
        """Tell every session of the server's shard that asked for such events; `masked` without message content."""
        wanted = INTENTS.get(event, 0) if intent is None else intent
        told = [each for each in self.sessions.values() if each.owns(guild_id) and each.intents & wanted == wanted]
        if not told:
            return
        body = json.dumps(data)
        blank = json.dumps(masked) if masked is not None else body
        for session in told:
            session.send(event, body if session.intents & MESSAGE_CONTENT else blank)

    def interact(self, data: JSON, guild_id: int | None) -> bool:
        """Deliver an interaction to one session (or as `interactions_to` says); False when nobody is connected."""
        chosen = self._serving(guild_id)
        for session in chosen:
            session.send("INTERACTION_CREATE", json.dumps(data))
        return bool(chosen)

    def _serving(self, guild_id: int | None) -> list[Session]:
        if isinstance(self.interactions_to, Session):
            return [self.interactions_to]
        owners = [session for session in self.sessions.values() if session.owns(guild_id)]
        live = [session for session in owners if session.live] or owners
        return live if self.interactions_to == "all" else live[-1:]

    def announce_guild(self, guild: Guild) -> None:
        """GUILD_CREATE for a server the bot just joined."""
        bot = self._discord.bot_user
        for session in self.sessions.values():
            if session.owns(guild.id) and session.intents & GUILDS:
                body = wire_guild.joined_guild(guild, bot, bool(session.intents & MEMBERS))
                del body["unavailable"]  # there only for servers the bot was in already
                session.send("GUILD_CREATE", json.dumps(body))

    async def drop(self, *, resumable: bool) -> None:
        """Close every connection from this side; without `resumable` the sessions are gone, too."""
        sessions = list(self.sessions.values())
        if not resumable:
            self.sessions.clear()
        for session in sessions:
            await _close(session, 4000)

    async def close(self) -> None:
        """End all connections: the server is going away."""
        for session in list(self.sessions.values()):
            await _close(session, 1001)

    async def _receive(self, line: "_Line", session: Session | None, frame: Any) -> Session | None:
        operation, data = frame["op"], frame.get("d")
        if operation == 1:
            line.frames.put_nowait('{"op":11,"d":null,"s":null,"t":null}')
        elif operation == 2:
            return await self._identify(line, data)
        elif operation == 6:
            return await self._resume(line, data)
        elif operation == 8 and session:
            self._members(session, data)
        return session

    async def _identify(self, line: "_Line", data: Any) -> Session | None:
        shard, shards = data.get("shard") or (0, 1)
        intents = data.get("intents", 0)
        refusal = self._identify_refusal(data["token"], intents)
        if refusal:
            await line.socket.close(code=refusal[0], message=refusal[1].encode())
            return None
        self._count += 1
        session = Session(f"session{self._count}", shard, shards, intents)
        session.connect(line.socket, line.frames)
        self.sessions[session.id] = session
        self._welcome(session)
        return session

    def _identify_refusal(self, token: str, intents: int) -> tuple[int, str] | None:
        if token != self._discord.token:
            return 4004, "Authentication failed."
        granted = (MEMBERS if self._discord.members_intent else 0) | MESSAGE_CONTENT
        return (4014, "Disallowed intent(s).") if intents & (MEMBERS | 1 << 8) & ~granted else None

    def _welcome(self, session: Session) -> None:
        bot = self._discord.bot_user
        joined = [guild for guild in self._discord.world.guilds.values() if bot.id in guild.members]
        mine = [guild for guild in joined if session.owns(guild.id)]
        ready = {
            "v": 10,
            "user": wire.user(bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self._discord.gateway_url,
            "session_type": "normal",
            "shard": [session.shard, session.shards],
            "application": {"id": str(self._discord.application_id), "flags": self._discord.application_flags},
        }
        session.send("READY", json.dumps(ready))
        for guild in mine if session.intents & GUILDS else []:
            everybody = bool(session.intents & MEMBERS)
            session.send("GUILD_CREATE", json.dumps(wire_guild.joined_guild(guild, bot, everybody)))

    async def _resume(self, line: "_Line", data: Any) -> Session | None:
        if data["token"] != self._discord.token:
            await line.socket.close(code=4004, message=b"Authentication failed.")
            return None
        session = self.sessions.get(data["session_id"])
        if session is None:
            line.frames.put_nowait('{"op":9,"d":false,"s":null,"t":null}')
            return None
        session.connect(line.socket, line.frames)
        session.replay(data["seq"])
        return session

    def _members(self, session: Session, data: Any) -> None:
        guild = self._discord.world.guilds[int(data["guild_id"])]
        if data.get("user_ids"):
            found = [guild.members[int(each)] for each in data["user_ids"] if int(each) in guild.members]
        elif session.intents & MEMBERS or data.get("query"):
            typed = (data.get("query") or "").lower()
            found = [each for each in guild.members.values() if each.display_name.lower().startswith(typed)]
        else:
            found = []
        chunk = {
            "guild_id": str(guild.id),
            "members": [wire.member(each) for each in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        session.send("GUILD_MEMBERS_CHUNK", json.dumps(chunk))


@dataclass(frozen=True)
class _Line:
    """One connection and the frames waiting to go out on it."""

    socket: web.WebSocketResponse
    frames: "asyncio.Queue[str]"


async def _pump(socket: web.WebSocketResponse, frames: "asyncio.Queue[str]") -> None:
    """Send the frames in order; a connection that breaks meanwhile is the reader's to notice."""
    with contextlib.suppress(ConnectionError):
        while True:
            await socket.send_str(await frames.get())


async def _close(session: Session, code: int) -> None:
    if session.socket is not None and not session.socket.closed:
        await session.socket.close(code=code)
