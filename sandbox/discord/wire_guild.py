"""How a server looks as JSON: on REST, and when a bot is told of it."""

from sandbox.discord import wire
from sandbox.discord.world import JSON, Guild, User


def voice_state(guild: Guild, user_id: int, channel_id: int | None) -> JSON:
    """Where a member is heard: `channel_id` None after leaving."""
    return {
        "guild_id": str(guild.id),
        "channel_id": str(channel_id) if channel_id else None,
        "user_id": str(user_id),
        "member": wire.member(guild.members[user_id]),
        "session_id": f"voice{user_id}",
        "deaf": False,
        "mute": False,
        "self_deaf": False,
        "self_mute": False,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }


def guild(one: Guild) -> JSON:
    """A guild object as REST answers it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner_id),
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "description": None,
        "banner": None,
        "home_header": None,
        "incidents_data": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [wire.role(each) for each in one.roles.values()],
        "emojis": list(one.emojis.values()),
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "application_id": None,
        "system_channel_id": str(one.system_channel_id) if one.system_channel_id else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": one.locale,
        "max_members": 500000,
        "max_presences": None,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "premium_subscription_count": 0,
        "safety_alerts_channel_id": None,
        "widget_channel_id": None,
        "widget_enabled": False,
    }


def joined_guild(one: Guild, bot: User, everybody: bool) -> JSON:
    """A GUILD_CREATE payload; its members are the bot and who is in voice, all only with `everybody`."""
    shown = one.members if everybody else {bot.id, *one.voice}
    threads = [each for each in one.channels.values() if each.is_thread and not each.archived]
    return {
        **guild(one),
        "joined_at": wire.stamp(one.members[bot.id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "members": [wire.member(one.members[user_id]) for user_id in shown],
        "channels": [wire.channel(each) for each in one.channels.values() if not each.is_thread],
        "threads": [wire.channel(each) for each in threads],
        "voice_states": [voice_state(one, user_id, channel_id) for user_id, channel_id in one.voice.items()],
        "guild_scheduled_events": list(one.events.values()),
        "presences": [],
        "stage_instances": [],
        "soundboard_sounds": [],
    }
