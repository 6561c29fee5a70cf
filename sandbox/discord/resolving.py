"""What members pick (people, roles, channels, files) as ids, with the objects Discord sends along as `resolved`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.discord import permissions, wire
from sandbox.discord.posting import attachment
from sandbox.discord.world import JSON, Channel, Member, Message, Role, Upload, User

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer


class Impossible(AssertionError):
    """Discord's own app would not let the member do this."""


@dataclass
class Resolved:
    """Collects picked things for one interaction of `actor`."""

    discord: "DiscordServer"
    actor: Member | User
    data: JSON = field(default_factory=dict)

    def add(self, value: object) -> str:
        """The id of a picked thing, which is added to the resolved objects."""
        if isinstance(value, Member):
            self._put("members", value.id, _without_user(value))
            return self._put("users", value.id, wire.user(value.user))
        if isinstance(value, User):
            return self._put("users", value.id, wire.user(value))
        if isinstance(value, Role):
            return self._put("roles", value.id, wire.role(value))
        if isinstance(value, Channel):
            return self._put("channels", value.id, self._channel(value))
        if isinstance(value, Message):
            return self._put("messages", value.id, wire.message(value, self.discord.application_id))
        if isinstance(value, Upload):
            return self._upload(value)
        raise TypeError(f"{value!r} cannot be picked in Discord")

    def _channel(self, channel: Channel) -> JSON:
        return wire.partial_channel(channel, self.actor) if isinstance(self.actor, Member) else wire.channel(channel)

    def _put(self, kind: str, thing_id: int, body: JSON) -> str:
        self.data.setdefault(kind, {})[str(thing_id)] = body
        return str(thing_id)

    def _upload(self, upload: Upload) -> str:
        thing_id = self.discord.snowflakes.next()
        path = f"ephemeral-attachments/{thing_id}/{upload.filename}"
        self.discord.world.files[path] = upload
        body = attachment(thing_id, upload, f"{self.discord.url}/cdn/{path}")
        return self._put("attachments", thing_id, {**body, "ephemeral": True})


def _without_user(member: Member) -> JSON:
    return {**wire.bare_member(member), "permissions": str(permissions.base(member.guild, member))}
