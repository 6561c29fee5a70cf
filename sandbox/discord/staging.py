"""Setting the stage: servers, people, channels, and what happens to them by hand, with the events bots are told.

Everything here works before the bot connects and while it runs.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from sandbox.discord import posting, wire, wire_guild
from sandbox.discord.mentions import rung
from sandbox.discord.permissions import BOT_BY_DEFAULT, EVERYONE_BY_DEFAULT, HasValue, bits
from sandbox.discord.world import JSON, Channel, Guild, Kind, Member, Message, Overwrite, Role, User, World

if TYPE_CHECKING:
    from bot.clock import Clock
    from sandbox.discord.gateway import Gateway
    from sandbox.discord.server import DiscordServer
    from sandbox.discord.snowflake import Snowflakes

Overwrites = Mapping[Role | Member, tuple[int | HasValue, int | HasValue]]
_GUILD_AGE = timedelta(days=400)


class Staging:
    """The builder half of the server; `overwrites` are {role or member: (allow, deny)}."""

    clock: "Clock"
    world: World
    gateway: "Gateway"
    snowflakes: "Snowflakes"
    bot_user: User
    bot_owner: User
    shards: int = 1

    def add_user(self, name: str, *, dms_open: bool = True, bot: bool = False, locale: str = "en-US") -> User:
        """An account in no server yet."""
        user = User(self.snowflakes.next(), name.lower(), bot=bot, global_name=name, dms_open=dms_open, locale=locale)
        self.world.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        owner: User | None = None,
        *,
        bot_permissions: int | HasValue | None = BOT_BY_DEFAULT,
        locale: str = "en-US",
    ) -> Guild:
        """A server with an owner; the bot is invited with `bot_permissions`, or not at all (None)."""
        # A millisecond apart, so that servers spread over shards, which divide by the id's milliseconds.
        apart = timedelta(milliseconds=len(self.world.guilds))
        owner = owner or self.add_user(f"{name} owner")
        guild = Guild(self.snowflakes.next(_GUILD_AGE - apart), name, owner.id, locale)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE_BY_DEFAULT, position=0)
        self.world.guilds[guild.id] = guild
        self.add_member(guild, owner)
        if bot_permissions is not None:
            self.invite_bot(guild, bot_permissions)
        return guild

    def guilds_of_bot(self) -> list[Guild]:
        """The servers the bot is in."""
        return [guild for guild in self.world.guilds.values() if self.bot_user.id in guild.members]

    def invite_bot(self, guild: Guild, permissions: int | HasValue = BOT_BY_DEFAULT) -> Member:
        """Invite the bot with these permissions: it gets its own managed role and GUILD_CREATE."""
        role = Role(self.snowflakes.next(), self.bot_user.name, bits(permissions), position=self._next_position(guild))
        role.managed, role.bot_id = True, self.bot_user.id
        guild.roles[role.id] = role
        me = Member(self.bot_user, guild, self.clock.now(), {role.id})
        guild.members[self.bot_user.id] = me
        self.gateway.announce_guild(guild)
        return me

    def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from the server: GUILD_DELETE."""
        del guild.members[self.bot_user.id]
        for role in [each for each in guild.roles.values() if each.bot_id == self.bot_user.id]:
            del guild.roles[role.id]
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def bot_member(self, guild: Guild) -> Member:
        """The bot's membership."""
        return guild.members[self.bot_user.id]

    def allow_bot(self, guild: Guild, permissions: int | HasValue) -> None:
        """Replace what the bot may do in the server."""
        role = next(each for each in guild.roles.values() if each.bot_id == self.bot_user.id)
        self.change_role(guild, role, permissions=permissions)

    def add_role(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: int | HasValue = 0,
        mentionable: bool = False,
        below_bot: bool = True,
    ) -> Role:
        """A role; below the bot's own one (so that the bot may hand it out) unless told otherwise."""
        role = Role(self.snowflakes.next(), name, bits(permissions), mentionable=mentionable)
        self.place_role(guild, role, below_bot=below_bot)
        return role

    def place_role(self, guild: Guild, role: Role, *, below_bot: bool = True) -> None:
        """Put a new role into the server's order and tell the bots."""
        role.position = self._next_position(guild)
        own = [each for each in guild.roles.values() if each.bot_id is not None] if below_bot else []
        if own:
            lowest = min(each.position for each in own)
            for each in [each for each in guild.roles.values() if each.position >= lowest]:
                each.position += 1
            role.position = lowest
        guild.roles[role.id] = role
        self.role_event("GUILD_ROLE_CREATE", guild, role)

    def change_role(self, guild: Guild, role: Role, *, permissions: int | HasValue) -> None:
        """Change what a role may."""
        role.permissions = bits(permissions)
        self.role_event("GUILD_ROLE_UPDATE", guild, role)

    def delete_role(self, guild: Guild, role: Role) -> None:
        """Delete a role by hand: everybody loses it."""
        del guild.roles[role.id]
        for member in guild.members.values():
            member.roles.discard(role.id)
        body = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.gateway.dispatch("GUILD_ROLE_DELETE", body, guild.id)

    def role_event(self, event: str, guild: Guild, role: Role) -> None:
        """Tell the bots of a role."""
        self.gateway.dispatch(event, {"guild_id": str(guild.id), "role": wire.role(role)}, guild.id)

    def _next_position(self, guild: Guild) -> int:
        return max(role.position for role in guild.roles.values()) + 1

    def add_member(
        self,
        guild: Guild,
        who: User | str,
        *,
        roles: Iterable[Role] = (),
        nick: str | None = None,
        dms_open: bool = True,
    ) -> Member:
        """A member: a new account of that name, or an existing one."""
        user = who if isinstance(who, User) else self.add_user(who, dms_open=dms_open)
        member = Member(user, guild, self.clock.now(), {role.id for role in roles}, nick)
        guild.members[user.id] = member
        body = {**wire.member(member), "guild_id": str(guild.id)}
        self.gateway.dispatch("GUILD_MEMBER_ADD", body, guild.id)
        return member

    def remove_member(self, member: Member) -> None:
        """They leave, or are kicked."""
        guild = member.guild
        del guild.members[member.id]
        guild.voice.pop(member.id, None)
        body = {"guild_id": str(guild.id), "user": wire.user(member.user)}
        self.gateway.dispatch("GUILD_MEMBER_REMOVE", body, guild.id)

    def change_member(self, member: Member, *, roles: Iterable[Role] | None = None, nick: str | None = None) -> None:
        """Give the member exactly these roles, or another nick ("" for none)."""
        member.roles = member.roles if roles is None else {role.id for role in roles}
        member.nick = member.nick if nick is None else nick or None
        self.member_changed(member)

    def member_changed(self, member: Member) -> None:
        """Tell the bots; those without the members intent hear only of the bot's own member."""
        body = {**wire.member(member), "guild_id": str(member.guild.id)}
        intent = 0 if member.user is self.bot_user else 1 << 1
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", body, member.guild.id, intent)

    def move_voice(self, member: Member, channel: Channel | None) -> None:
        """They join a voice channel, move, or leave (None)."""
        guild = member.guild
        if channel is None:
            guild.voice.pop(member.id, None)
        else:
            guild.voice[member.id] = channel.id
        state = wire_guild.voice_state(guild, member.id, channel.id if channel else None)
        self.gateway.dispatch("VOICE_STATE_UPDATE", state, guild.id)

    def add_channel(
        self,
        guild: Guild,
        name: str,
        kind: Kind = Kind.TEXT,
        *,
        overwrites: Overwrites | None = None,
        category: Channel | None = None,
    ) -> Channel:
        """A channel of any kind but a thread."""
        channel = Channel(self.snowflakes.next(), kind, name, guild, parent_id=category.id if category else None)
        channel.overwrites = _overwrites(overwrites or {})
        return self.place_channel(channel)

    def place_channel(self, channel: Channel) -> Channel:
        """Put a new channel into its server and tell the bots."""
        assert channel.guild is not None
        channel.position = len(channel.guild.channels)
        channel.guild.channels[channel.id] = self.world.channels[channel.id] = channel
        self.channel_event("CHANNEL_CREATE", channel)
        return channel

    def add_text_channel(self, guild: Guild, name: str, *, overwrites: Overwrites | None = None) -> Channel:
        """A text channel."""
        return self.add_channel(guild, name, overwrites=overwrites)

    def add_voice_channel(self, guild: Guild, name: str, *, overwrites: Overwrites | None = None) -> Channel:
        """A voice channel."""
        return self.add_channel(guild, name, Kind.VOICE, overwrites=overwrites)

    def add_forum(self, guild: Guild, name: str, *, overwrites: Overwrites | None = None) -> Channel:
        """A forum."""
        return self.add_channel(guild, name, Kind.FORUM, overwrites=overwrites)

    def add_category(self, guild: Guild, name: str, *, overwrites: Overwrites | None = None) -> Channel:
        """A category."""
        return self.add_channel(guild, name, Kind.CATEGORY, overwrites=overwrites)

    def overwrite(self, channel: Channel, overwrites: Overwrites) -> None:
        """Change who may do what in the channel: these overwrites replace the same targets' ones."""
        channel.overwrites |= _overwrites(overwrites)
        self.channel_event("CHANNEL_UPDATE", channel)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel or thread, with its threads and messages."""
        assert channel.guild is not None
        for thread in [each for each in channel.guild.channels.values() if each.parent_id == channel.id]:
            if thread.is_thread:
                self.delete_channel(thread)
        del channel.guild.channels[channel.id], self.world.channels[channel.id]
        self.channel_event("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel)

    def channel_event(self, event: str, channel: Channel, **extra: object) -> None:
        """Tell the bots of a channel or thread."""
        assert channel.guild is not None
        self.gateway.dispatch(event, {**wire.channel(channel), **extra}, channel.guild.id)

    def add_thread(self, parent: Channel, name: str, owner: Member) -> Channel:
        """A member opens a public thread."""
        thread = Channel(self.snowflakes.next(), Kind.THREAD, name, parent.guild, parent_id=parent.id)
        thread.owner_id = owner.id
        return self.place_thread(thread)

    def place_thread(self, thread: Channel) -> Channel:
        """Put a new thread into its server, its owner in it, and tell the bots."""
        assert thread.guild is not None
        assert thread.owner_id is not None
        thread.archive_changed_at = self.clock.now()
        thread.thread_members.add(thread.owner_id)
        thread.guild.channels[thread.id] = self.world.channels[thread.id] = thread
        self.channel_event("THREAD_CREATE", thread, newly_created=True)
        return thread

    def set_archived(self, thread: Channel, archived: bool) -> None:
        """Archive a thread, or open it again."""
        thread.archived, thread.archive_changed_at = archived, self.clock.now()
        self.channel_event("THREAD_UPDATE", thread)

    def dm_channel(self, user: User) -> Channel:
        """The direct-message channel with a user."""
        if user.id not in self.world.dms:
            channel = Channel(self.snowflakes.next(), Kind.DM, user.name, recipient=user)
            self.world.dms[user.id] = self.world.channels[channel.id] = channel
        return self.world.dms[user.id]

    def say(self, author: Member | User, channel: Channel, text: str) -> Message:
        """Somebody writes a message: their own client posts it, no limits but Discord's length."""
        user = author.user if isinstance(author, Member) else author
        message = Message(self.snowflakes.next(), channel, user, self.clock.now(), content=text)
        message.pings = rung({"content": text}, channel, user)
        return posting.place(cast("DiscordServer", self), message)

    def delete_message(self, message: Message) -> None:
        """A moderator deletes a message."""
        posting.remove(cast("DiscordServer", self), message)

    def add_emoji(self, name: str, *, animated: bool = False, guild: Guild | None = None) -> JSON:
        """An emoji of the server, else of the application's own."""
        emoji_id = self.snowflakes.next()
        emoji: JSON = {"id": str(emoji_id), "name": name, "animated": animated, "roles": [], "available": True}
        emoji |= {"managed": False, "require_colons": True, "user": wire.user(self.bot_user)}
        (guild or self.world).emojis[emoji_id] = emoji
        return emoji


def _overwrites(given: Overwrites) -> dict[int, Overwrite]:
    return {
        target.id: Overwrite(target.id, isinstance(target, Member), bits(allow), bits(deny))
        for target, (allow, deny) in given.items()
    }
