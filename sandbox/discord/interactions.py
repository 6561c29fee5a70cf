"""Interactions from the moment they are sent: answered once, within three seconds, followed up for fifteen minutes.

An interaction is *sent*; its one callback makes it *answered* (a message, a defer, an update, choices or a modal);
it is *settled* when the member has something to look at: at once, or after a defer with its follow-up or edit.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from sandbox.discord import permissions, wire
from sandbox.discord.refusal import Refusal
from sandbox.discord.world import JSON, Channel, Kind, Member, Message, User

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer

ANSWER_WITHIN = timedelta(seconds=3)
FOLLOW_UP_WITHIN = timedelta(minutes=15)


class NobodyConnected(Exception):
    """No bot process serves the server the interaction comes from."""


class Sent(IntEnum):
    """What a member did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """What the bot answered first."""

    PONG = 1
    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Interaction:
    """One interaction and everything that came back.

    `message` is the one a component or its modal stands on, `trigger` the interaction that opened a modal.
    """

    id: int
    token: str
    sent: Sent
    what: str
    user: User
    channel: Channel
    sent_at: datetime
    data: JSON
    member: Member | None = None
    message: Message | None = None
    trigger: "Interaction | None" = None
    callback: Callback | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])
    modal: JSON | None = None
    choices: list[JSON] | None = None
    edits: int = 0
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def shows(self) -> Message | None:
        """The message @original means: the answer, or the message an update changes."""
        return self.message if self.callback in (Callback.DEFER_UPDATE, Callback.UPDATE) else self.original

    def answer(self, callback: Callback) -> None:
        """Note the first answer."""
        self.callback = callback
        self.news.set()
        if callback not in (Callback.DEFER, Callback.DEFER_UPDATE):
            self.settled.set()

    def followed(self) -> None:
        """Note a follow-up, an edit or a deletion."""
        self.news.set()
        self.settled.set()

    def metadata(self) -> JSON:
        """The interaction_metadata of messages that answer it."""
        owners = {"0": str(self.channel.guild.id)} if self.channel.guild else {"1": str(self.user.id)}
        kind = Sent.COMMAND if self.sent is Sent.AUTOCOMPLETE else self.sent
        body: JSON = {"id": str(self.id), "type": int(kind), "user": wire.user(self.user)}
        return {**body, **self._cause(), "authorizing_integration_owners": owners}

    def _cause(self) -> JSON:
        if self.sent is Sent.MODAL and self.trigger is not None:
            return {"triggering_interaction_metadata": self.trigger.metadata()}
        if self.sent is Sent.COMPONENT and self.message is not None:
            return {"interacted_message_id": str(self.message.id)}
        return {"name": self.data["name"]} if self.sent is Sent.COMMAND else {}


class Interactions:
    """Every interaction sent, by token."""

    def __init__(self, discord: "DiscordServer") -> None:
        self._discord = discord
        self._by_token: dict[str, Interaction] = {}
        self._awaiting: dict[int, list[Interaction]] = {}

    def send(
        self,
        sent: Sent,
        what: str,
        actor: Member | User,
        channel: Channel,
        data: JSON,
        message: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Send an interaction to the bot. Raises NobodyConnected."""
        member = actor if isinstance(actor, Member) else None
        user = actor.user if isinstance(actor, Member) else actor
        interaction_id, now = self._discord.snowflakes.next(), self._discord.clock.now()
        token = sha256(str(interaction_id).encode()).hexdigest()
        interaction = Interaction(interaction_id, token, sent, what, user, channel, now, data, member, message)
        interaction.trigger = trigger
        self._by_token[token] = interaction
        self._discord.transcript.sent(interaction)
        guild_id = channel.guild.id if channel.guild else None
        if not self._discord.gateway.interact(self._payload(interaction), guild_id):
            raise NobodyConnected
        return interaction

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction a callback is for. Refuses unknown or late ones (10062) and second answers (40060)."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if self._discord.clock.now() - interaction.sent_at > ANSWER_WITHIN:
            raise Refusal(404, 10062, "Unknown interaction")
        return interaction

    def to_follow_up(self, application_id: int, token: str) -> Interaction:
        """The interaction a webhook token is for: known and answered (10015), not older than 15 minutes (50027)."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.callback is None or application_id != self._discord.application_id:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self._discord.clock.now() - interaction.sent_at > FOLLOW_UP_WITHIN:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    def await_change(self, interaction: Interaction) -> None:
        """A deferred update is settled, too, when its message changes by any way."""
        if interaction.message:
            self._awaiting.setdefault(interaction.message.id, []).append(interaction)

    def message_changed(self, message: Message) -> None:
        """Note an edit, for whoever waits for it."""
        for interaction in self._awaiting.pop(message.id, []):
            interaction.edits += 1
            interaction.followed()

    def _payload(self, interaction: Interaction) -> JSON:
        channel, guild = interaction.channel, interaction.channel.guild
        body: JSON = {
            "id": str(interaction.id),
            "application_id": str(self._discord.application_id),
            "type": int(interaction.sent),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": wire.channel(channel),
            "locale": interaction.user.locale,
            "entitlements": [],
            "attachment_size_limit": 10 * 1024 * 1024,
            "app_permissions": str(self._app_permissions(channel)),
        }
        if interaction.message:
            body["message"] = wire.message(interaction.message, self._discord.application_id)
        return body | (self._in_guild(interaction) if guild else self._in_dm(interaction))

    def _in_guild(self, interaction: Interaction) -> JSON:
        guild, member = interaction.channel.guild, interaction.member
        assert guild is not None
        assert member is not None
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": wire.acting_member(member, interaction.channel),
            "channel": wire.partial_channel(interaction.channel, member),
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
        }

    def _in_dm(self, interaction: Interaction) -> JSON:
        context = 1 if interaction.channel.kind is Kind.DM else 2
        owners = {"0": "0"}
        return {"user": wire.user(interaction.user), "authorizing_integration_owners": owners, "context": context}

    def _app_permissions(self, channel: Channel) -> int:
        if channel.guild is None:
            return permissions.EVERYTHING
        me = channel.guild.members.get(self._discord.bot_user.id)
        return permissions.within(channel.guild, me, channel) if me else 0
