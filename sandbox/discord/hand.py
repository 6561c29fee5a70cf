"""A member's hand on the phone: types commands, clicks buttons, fills in modals, and waits for what comes back.

It can do what Discord's app lets the member do, and raises Impossible for everything else.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.discord import invocation, permissions, touching
from sandbox.discord.answer import Answer, Choice, NoAnswer
from sandbox.discord.interactions import Interaction, NobodyConnected, Sent
from sandbox.discord.permissions import Permission
from sandbox.discord.resolving import Impossible, Resolved
from sandbox.discord.world import JSON, Channel, Kind, Member, Message, User

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer

Clickable = Message | Answer | int
_REAL_SECONDS = 5.0


class Hand:
    """One person acting in one channel. `force` skips what only Discord's app forbids (hidden commands)."""

    def __init__(self, discord: "DiscordServer", actor: Member | User, channel: Channel | None = None) -> None:
        self.discord = discord
        self.actor = actor
        self._channel = channel
        self.patience = _REAL_SECONDS

    @property
    def channel(self) -> Channel:
        """Where the hand acts: the chosen channel, else the first text channel, else the direct messages."""
        return self._channel or self._first_channel()

    def _first_channel(self) -> Channel:
        if isinstance(self.actor, User):
            return self.discord.dm_channel(self.actor)
        channels = self.actor.guild.channels.values()
        found = next((each for each in channels if each.kind is Kind.TEXT), None)
        if found is None:
            raise Impossible(f"{self.actor.guild.name} has no text channel")
        return found

    def in_channel(self, channel: Channel) -> "Hand":
        """The same person in another channel."""
        return Hand(self.discord, self.actor, channel)

    async def slash(self, command: str, /, *, force: bool = False, wait: bool = True, **options: Any) -> Answer:
        """Send ``/command``, subcommands separated by spaces. Members, roles, channels and uploads are picked as such.

        With `wait` False it returns as soon as the interaction was sent, answered or not.
        """
        found, path = self._command(command, force)
        resolved = Resolved(self.discord, self.actor)
        filled = invocation.fill(invocation.options_of(found, path), options, resolved)
        data = self._command_data(found, resolved, {"options": invocation.nested(path, filled)})
        typed = " ".join(f"{name}={_readable(value)}" for name, value in options.items() if value is not None)
        return await self._send(Sent.COMMAND, f"/{command} {typed}".strip(), data, wait=wait)

    async def autocomplete(self, command: str, option: str, /, typed: str = "", **others: Any) -> list[Choice]:
        """The list shown while the member types `typed` into `option`, with the `others` filled in already."""
        found, path = self._command(command, force=False)
        resolved = Resolved(self.discord, self.actor)
        filled = invocation.fill_partly(invocation.options_of(found, path), option, typed, others, resolved)
        data = self._command_data(found, resolved, {"options": invocation.nested(path, filled)})
        return (await self._send(Sent.AUTOCOMPLETE, f"/{command} {option}={typed}…", data)).choices

    async def menu(self, name: str, target: Clickable | Member, /, *, force: bool = False, wait: bool = True) -> Answer:
        """Pick `name` from the context menu of a message or of a member."""
        picked = target if isinstance(target, Member) else self._message(target)
        kind = invocation.USER_MENU if isinstance(picked, Member) else invocation.MESSAGE_MENU
        found = self._visible(name, kind, force)
        resolved = Resolved(self.discord, self.actor)
        data = self._command_data(found, resolved, {"target_id": resolved.add(picked)})
        return await self._send(Sent.COMMAND, f"[{name}]", data, wait=wait)

    async def click(self, target: Clickable, button: str, /, *, wait: bool = True) -> Answer:
        """Click the button with this label or custom_id (exactly)."""
        message = self._message(target)
        found = touching.button(message.components, button)
        data = {"component_type": 2, "custom_id": found["custom_id"], "id": found.get("id", 0)}
        return await self._send(Sent.COMPONENT, f"[{found.get('label') or button}]", data, message, wait=wait)

    async def select(
        self,
        target: Clickable,
        /,
        values: Sequence[Any],
        custom_id: str | None = None,
        *,
        wait: bool = True,
    ) -> Answer:
        """Choose in the message's select (the one with `custom_id` when there are several).

        A string select takes values or labels; the others take members, roles and channels.
        """
        message = self._message(target)
        found = touching.select(message.components, custom_id)
        resolved = Resolved(self.discord, self.actor)
        chosen = touching.choose(found, values, resolved)
        data: JSON = {"component_type": found["type"], "custom_id": found["custom_id"], "id": found.get("id", 0)}
        data |= {"values": chosen} | ({"resolved": resolved.data} if resolved.data else {})
        what = f"[{found.get('placeholder') or found['custom_id']}: {', '.join(map(_readable, values))}]"
        return await self._send(Sent.COMPONENT, what, data, message, wait=wait)

    async def submit(
        self, opened: Answer, fields: Mapping[str, Any] | None = None, /, *, wait: bool = True, **more: Any
    ) -> Answer:
        """Send the modal that `opened` shows; fields by custom_id or label, the others as they were pre-filled."""
        modal = opened.interaction.modal
        if modal is None:
            raise Impossible(f"{opened!r} opened no modal")
        resolved = Resolved(self.discord, self.actor)
        filled = touching.fill(modal, {**(fields or {}), **more}, resolved)
        data: JSON = {"custom_id": modal["custom_id"], "components": filled}
        data |= {"resolved": resolved.data} if resolved.data else {}
        origin = opened.interaction
        hand = self.in_channel(origin.channel)
        what = f"[submit {modal.get('title', '')}]"
        return await hand._send(Sent.MODAL, what, data, origin.message, trigger=origin, wait=wait)

    async def answer_to(self, sent: Answer) -> Answer:
        """Wait for the answer to something sent with `wait` False."""
        await self.wait_until(sent.interaction, sent.interaction.settled.is_set)
        return sent

    def say(self, text: str) -> Message:
        """Write a plain message into the channel."""
        return self.discord.say(self.actor, self.channel, text)

    def _command(self, typed: str, force: bool) -> tuple[JSON, list[str]]:
        name, *path = typed.removeprefix("/").split(" ")
        return self._visible(name, invocation.CHAT, force), path

    def _visible(self, name: str, kind: int, force: bool) -> JSON:
        guild = self.channel.guild
        if guild and self.discord.bot_user.id not in guild.members:
            raise Impossible(f"the bot is not in {guild.name}")
        found = invocation.find(self.discord.world, guild.id if guild else None, name, kind)
        if not force:
            invocation.must_be_visible(found, self.actor, self.channel)
        return found

    def _command_data(self, found: JSON, resolved: Resolved, more: JSON) -> JSON:
        data: JSON = {"id": found["id"], "name": found["name"], "type": found["type"], **more}
        data |= {"resolved": resolved.data} if resolved.data else {}
        return data | ({"guild_id": found["guild_id"]} if "guild_id" in found else {})

    def _message(self, target: Clickable) -> Message:
        """The message meant, if the member can see it as it stands."""
        if isinstance(target, int):
            found = self.channel.messages.get(target)
            if found is None:
                raise Impossible(f"there is no message {target} in #{self.channel.name}")
            return self._seen(found)
        return self._seen(target.message if isinstance(target, Answer) else target)

    def _seen(self, message: Message) -> Message:
        if message.seen_by is not None and message.seen_by != self.actor.id:
            raise Impossible("only somebody else sees this message")
        channel = message.channel
        if message.gone or channel.id not in self.discord.world.channels:
            raise Impossible("the message was deleted")
        if isinstance(self.actor, Member) and message.channel.guild:
            allowed = permissions.within(self.actor.guild, self.actor, message.channel)
            if not permissions.has(allowed, Permission.VIEW_CHANNEL):
                raise Impossible(f"{self.actor.display_name} does not see #{message.channel.name}")
        return message

    async def _send(
        self,
        sent: Sent,
        what: str,
        data: JSON,
        message: Message | None = None,
        *,
        trigger: Interaction | None = None,
        wait: bool = True,
    ) -> Answer:
        channel = message.channel if message else self.channel
        self._still_member(channel)
        try:
            interaction = self.discord.interactions.send(sent, what, self.actor, channel, data, message, trigger)
        except NobodyConnected:
            raise NoAnswer(f"{what!r}: no bot is connected for this server") from None
        if wait:
            await self.wait_until(interaction, interaction.settled.is_set)
        return Answer(self, interaction)

    def _still_member(self, channel: Channel) -> None:
        if channel.guild and channel.guild.members.get(self.actor.id) is not self.actor:
            raise Impossible(f"{_readable(self.actor)} is no member of {channel.guild.name}")

    async def wait_until(self, interaction: Interaction, done: Callable[[], bool]) -> None:
        """Wait for news of the interaction until `done`; NoAnswer after `patience` real seconds."""
        try:
            async with asyncio.timeout(self.patience):
                while not done():
                    interaction.news.clear()
                    await interaction.news.wait()
        except TimeoutError:
            raise NoAnswer(self._what_happened(interaction)) from None

    def _what_happened(self, interaction: Interaction) -> str:
        got = interaction.callback.name if interaction.callback else "nothing"
        recent = [f"{each.method} {each.path} {each.status}" for each in self.discord.calls[-5:]]
        bad = [f"{each.method} {each.path}: {each.message}" for each in self.discord.violations[-3:]]
        return f"{interaction.what!r} got {got} in {self.patience} s; last calls {recent}; last refusals {bad}"


def _readable(value: object) -> str:
    name = getattr(value, "display_name", None) or getattr(value, "name", None) or getattr(value, "filename", None)
    return str(name or value)
