"""Every setting there is. Its sentence for people stands in `bot.render.setting_texts`."""

from datetime import time, timedelta
from typing import Any

from bot.domain.gates import MOST_PRIORITY_ROLES, Method
from bot.domain.ids import ChannelId, RoleId
from bot.domain.setting import PLACES, Scope, Setting
from bot.domain.setting_kinds import Channel, Count, Flag, Hours, Leads, Length, Maybe, Roles, Text, Word

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST_RAID = DAY
LONGEST_BEFORE_ARCHIVE = 60 * DAY
MOST_SEATS = 1000
WEEKLY = (Scope.SERVER, Scope.CHANNEL, Scope.SERIES)
"""Where a setting stands that is about booking next week's sheet."""

HOSTING = (*PLACES, Scope.TEMPLATE)

NEVER, REPOST, DELETE = "never", "repost", "delete"
DIRECT, CHANNEL = "dm", "channel"

# What a raid is made with; a raid that stands keeps what it was made with.
DURATION: Setting[timedelta | None] = Setting("duration", Maybe(Length(LONGEST_RAID)), None)
LIMIT: Setting[int | None] = Setting("limit", Maybe(Count(MOST_SEATS)), None)
DEADLINE: Setting[timedelta | None] = Setting("deadline", Maybe(Length(60 * DAY)), None)

# Who may sign up, and in which order. A template's own gates stand at its level.
METHOD: Setting[str | None] = Setting("method", Maybe(Word([one.value for one in Method])), None)
ALLOWED_ROLES: Setting[tuple[RoleId, ...]] = Setting("allowed_roles", Roles(), ())
BANNED_ROLES: Setting[tuple[RoleId, ...]] = Setting("banned_roles", Roles(), ())
PRIORITY_ROLES: Setting[tuple[RoleId, ...]] = Setting("priority_roles", Roles(MOST_PRIORITY_ROLES), ())

# Who runs raids.
HOST_ROLES: Setting[tuple[RoleId, ...]] = Setting(
    "host_roles", Roles(), (), (Scope.SERVER, Scope.CHANNEL, Scope.TEMPLATE)
)
OFFICER_ROLES: Setting[tuple[RoleId, ...]] = Setting("officer_roles", Roles(), (), PLACES)
OWN_CHANNEL_ONLY: Setting[bool] = Setting("own_channel_only", Flag(), default=False, scopes=(Scope.SERVER,))

# Where things are said.
OFFICER_CHANNEL: Setting[ChannelId | None] = Setting("officer_channel", Maybe(Channel()), None)
VOICE_CHANNEL: Setting[ChannelId | None] = Setting("voice_channel", Maybe(Channel()), None)
MENTION_ROLES: Setting[tuple[RoleId, ...]] = Setting("mention_roles", Roles(), ())
ANNOUNCE: Setting[bool] = Setting("announce", Flag(), default=True)

# What stands beside a raid in Discord, and what becomes of its sheet.
THREAD: Setting[bool] = Setting("thread", Flag(), default=False)
DISCORD_EVENT: Setting[bool] = Setting("discord_event", Flag(), default=False)
TEMP_ROLE: Setting[bool] = Setting("temp_role", Flag(), default=False)
ARCHIVE: Setting[str] = Setting("archive", Word([NEVER, REPOST, DELETE]), NEVER)
ARCHIVE_CHANNEL: Setting[ChannelId | None] = Setting("archive_channel", Maybe(Channel()), None)
ARCHIVE_AFTER: Setting[timedelta] = Setting("archive_after", Length(LONGEST_BEFORE_ARCHIVE), DAY)

# What people are told.
REMINDERS: Setting[tuple[int, ...]] = Setting("reminders", Leads(), (60, 15))
REMIND_BY: Setting[str] = Setting("remind_by", Word([DIRECT, CHANNEL]), DIRECT)
QUIET_HOURS: Setting[tuple[time, time] | None] = Setting("quiet_hours", Maybe(Hours()), None, PLACES)
JOIN_NOTICE: Setting[str] = Setting("join_notice", Text(), "")
UNSIGNED: Setting[tuple[int, ...]] = Setting("unsigned", Leads(3), ())
RAIDER_ROLES: Setting[tuple[RoleId, ...]] = Setting("raider_roles", Roles(), (), (*PLACES, Scope.SERIES))
INVITES: Setting[timedelta | None] = Setting("invites", Maybe(Length(DAY)), None)
LATE_CHANGES: Setting[timedelta | None] = Setting("late_changes", Maybe(Length(7 * DAY)), DAY)

# Booking next week's sheet.
AUTO_BOOK_DELAY: Setting[timedelta] = Setting("auto_book_delay", Length(6 * HOUR), timedelta(minutes=10), WEEKLY)
AUTO_BOOK_WINDOW: Setting[timedelta] = Setting("auto_book_window", Length(12 * HOUR), timedelta(minutes=20), WEEKLY)
AUTO_BOOK_CATCH_UP: Setting[timedelta] = Setting("auto_book_catch_up", Length(7 * DAY, timedelta(0)), 6 * HOUR, WEEKLY)
AUTO_BOOK_FALLBACK: Setting[bool] = Setting("auto_book_fallback", Flag(), default=False, scopes=WEEKLY)

# How long things are kept.
RETENTION: Setting[timedelta] = Setting("retention", Length(1096 * DAY, DAY), 90 * DAY, (Scope.SERVER,))
KEEP_RAIDS: Setting[timedelta | None] = Setting(
    "keep_raids", Maybe(Length(3653 * DAY, 30 * DAY)), None, (Scope.SERVER,)
)

ALL: tuple[Setting[Any], ...] = (
    DURATION,
    LIMIT,
    DEADLINE,
    METHOD,
    ALLOWED_ROLES,
    BANNED_ROLES,
    PRIORITY_ROLES,
    HOST_ROLES,
    OFFICER_ROLES,
    OWN_CHANNEL_ONLY,
    OFFICER_CHANNEL,
    VOICE_CHANNEL,
    MENTION_ROLES,
    ANNOUNCE,
    THREAD,
    DISCORD_EVENT,
    TEMP_ROLE,
    ARCHIVE,
    ARCHIVE_CHANNEL,
    ARCHIVE_AFTER,
    REMINDERS,
    REMIND_BY,
    QUIET_HOURS,
    JOIN_NOTICE,
    UNSIGNED,
    RAIDER_ROLES,
    INVITES,
    LATE_CHANGES,
    AUTO_BOOK_DELAY,
    AUTO_BOOK_WINDOW,
    AUTO_BOOK_CATCH_UP,
    AUTO_BOOK_FALLBACK,
    RETENTION,
    KEEP_RAIDS,
)
RIGHTS = frozenset({OFFICER_ROLES.name, HOST_ROLES.name, OWN_CHANNEL_ONLY.name})
"""What decides who runs raids: for those who manage the server."""
BY_NAME: dict[str, Setting[Any]] = {one.name: one for one in ALL}
