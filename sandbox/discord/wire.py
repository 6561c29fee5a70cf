"""How the world looks as JSON, field by field as Discord sends it."""

from datetime import datetime

from sandbox.discord import permissions
from sandbox.discord.world import JSON, Channel, Kind, Member, Message, Overwrite, Role, User


def stamp(moment: datetime | None) -> str | None:
    """An instant as Discord writes it."""
    return None if moment is None else moment.isoformat(timespec="microseconds")


def user(who: User) -> JSON:
    """A user object."""
    return {
        "id": str(who.id),
        "username": who.name,
        "discriminator": "0000" if who.bot else "0",
        "global_name": who.global_name,
        "avatar": None,
        "bot": who.bot,
        "flags": 0,
        "public_flags": 0,
        "primary_guild": None,
    }


def bare_member(member: Member) -> JSON:
    """A member object without its user, as messages carry it."""
    return {
        "roles": [str(role_id) for role_id in sorted(member.roles)],
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": stamp(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def member(who: Member) -> JSON:
    """A member object with its user."""
    return {**bare_member(who), "user": user(who.user)}


def acting_member(who: Member, channel: Channel) -> JSON:
    """The member of an interaction: with the permissions Discord computed for the channel."""
    return {**member(who), "permissions": str(permissions.within(who.guild, who, channel))}


def role(one: Role) -> JSON:
    """A role object."""
    body: JSON = {
        "id": str(one.id),
        "name": one.name,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": one.hoist,
        "position": one.position,
        "permissions": str(one.permissions),
        "managed": one.managed,
        "mentionable": one.mentionable,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
    }
    return {**body, "tags": {"bot_id": str(one.bot_id)}} if one.bot_id else body


def _overwrite(one: Overwrite) -> JSON:
    kind = 1 if one.for_member else 0
    return {"id": str(one.target_id), "type": kind, "allow": str(one.allow), "deny": str(one.deny)}


def channel(one: Channel) -> JSON:
    """A channel object of any kind."""
    if one.kind is Kind.DM:
        return _dm(one)
    return _thread(one) if one.is_thread else _guild_channel(one)


def _last_message(one: Channel) -> str | None:
    return str(one.order[-1]) if one.order else None


def _dm(one: Channel) -> JSON:
    recipients = [user(one.recipient)] if one.recipient else []
    body: JSON = {"id": str(one.id), "type": 1, "last_message_id": _last_message(one), "flags": 0}
    return {**body, "recipients": recipients}


def _thread(one: Channel) -> JSON:
    assert one.guild is not None
    metadata = {
        "archived": one.archived,
        "locked": one.locked,
        "auto_archive_duration": one.auto_archive_minutes,
        "archive_timestamp": stamp(one.archive_changed_at),
        "invitable": True,
        "create_timestamp": stamp(one.archive_changed_at),
    }
    return {
        "id": str(one.id),
        "type": int(one.kind),
        "name": one.name,
        "guild_id": str(one.guild.id),
        "parent_id": str(one.parent_id),
        "owner_id": str(one.owner_id),
        "last_message_id": _last_message(one),
        "message_count": len(one.order),
        "total_message_sent": len(one.order),
        "member_count": len(one.thread_members),
        "rate_limit_per_user": one.slowmode,
        "thread_metadata": metadata,
        "flags": 0,
        "nsfw": False,
    }


def _guild_channel(one: Channel) -> JSON:
    assert one.guild is not None
    body: JSON = {
        "id": str(one.id),
        "type": int(one.kind),
        "name": one.name,
        "guild_id": str(one.guild.id),
        "position": one.position,
        "permission_overwrites": [_overwrite(overwrite) for overwrite in one.overwrites.values()],
        "nsfw": one.nsfw,
        "parent_id": str(one.parent_id) if one.parent_id else None,
        "topic": one.topic,
        "rate_limit_per_user": one.slowmode,
        "last_message_id": _last_message(one),
        "flags": 0,
    }
    if one.kind in (Kind.VOICE, Kind.STAGE):
        body |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if one.kind is Kind.FORUM:
        body |= {"available_tags": one.tags, "default_reaction_emoji": None, "default_sort_order": None}
    return body


def partial_channel(one: Channel, who: Member) -> JSON:
    """A channel among an interaction's resolved values: with the acting member's permissions."""
    return {**channel(one), "permissions": str(permissions.within(who.guild, who, one))}


def message(one: Message, application_id: int | None = None) -> JSON:
    """A message object."""
    body: JSON = {
        "id": str(one.id),
        "type": one.type,
        "channel_id": str(one.channel.id),
        "author": user(one.author),
        "content": one.content,
        "timestamp": stamp(one.timestamp),
        "edited_timestamp": stamp(one.edited_at),
        "tts": False,
        "mention_everyone": one.pings.everyone,
        "mentions": [],
        "mention_roles": [str(role_id) for role_id in sorted(one.pings.roles)],
        "attachments": one.attachments,
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags,
    }
    return {**body, **_mentioned(one), **_sometimes(one, application_id)}


def _mentioned(one: Message) -> JSON:
    guild_of = one.channel.guild
    if not one.pings.users or guild_of is None:
        return {}
    members = [guild_of.members[user_id] for user_id in sorted(one.pings.users) if user_id in guild_of.members]
    return {"mentions": [{**user(who.user), "member": bare_member(who)} for who in members]}


def _sometimes(one: Message, application_id: int | None) -> JSON:
    thread = one.channel.guild.channels.get(one.thread_id or 0) if one.channel.guild else None
    optional: JSON = {
        "nonce": one.nonce,
        "poll": one.poll,
        "message_reference": one.reference,
        "interaction_metadata": one.interaction,
        "reactions": _reactions(one),
        "thread": channel(thread) if thread else None,
        "application_id": str(application_id) if application_id and one.author.bot else None,
        "webhook_id": str(application_id) if application_id and one.interaction else None,
    }
    return {key: value for key, value in optional.items() if value not in (None, [])}


def _reactions(one: Message) -> list[JSON]:
    return [_reaction(emoji, who, one.author.id) for emoji, who in one.reactions.items() if who]


def _reaction(emoji: str, who: set[int], me: int) -> JSON:
    name, _, emoji_id = emoji.partition(":")
    counts = {"burst": 0, "normal": len(who)}
    shown = {"id": emoji_id or None, "name": name}
    body: JSON = {"count": len(who), "count_details": counts, "me": me in who, "me_burst": False}
    return {**body, "emoji": shown, "burst_colors": []}


def announced_message(one: Message, application_id: int) -> JSON:
    """A MESSAGE_CREATE or MESSAGE_UPDATE payload: with the server and the author's membership."""
    body = message(one, application_id)
    if one.channel.guild is None:
        return body
    author = one.channel.guild.members.get(one.author.id)
    body["guild_id"] = str(one.channel.guild.id)
    return {**body, "member": bare_member(author)} if author else body
