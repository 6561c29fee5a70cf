"""Made-up servers, people and raids: each factory gives the usual one, changed in what a test names."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.domain.action import Kind, NewAction
from bot.domain.event import NewEvent, SheetKind
from bot.domain.ids import ChannelId, GuildId, RoleId, UserId
from bot.domain.permissions import Actor
from bot.domain.series import NewSeries

GUILD, OTHER_GUILD = GuildId(100_000_000_000_000_001), GuildId(100_000_000_000_000_002)
RAIDS, OFFICERS = ChannelId(300_000_000_000_000_001), ChannelId(300_000_000_000_000_002)
OFFICER_ROLE, RAIDER_ROLE = RoleId(400_000_000_000_000_001), RoleId(400_000_000_000_000_002)
BOT = UserId(200_000_000_000_000_000)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""A Wednesday, 13:00 in Berlin."""
START = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
"""That evening, 20:00 in Berlin."""


def member(number: int = 1, **changes: Any) -> Actor:
    """The member of that number: nobody special."""
    return replace(Actor(GUILD, UserId(BOT + number), f"Member {number}"), **changes)


def officer(**changes: Any) -> Actor:
    """Somebody with Manage Server."""
    return member(900, name="Officer", manages_server=True, **changes)


def new_event(**changes: Any) -> NewEvent:
    """A raid on Wednesday, three hours from 20:00 in Berlin."""
    usual = NewEvent(GUILD, "Heroic", START.date(), START, timedelta(hours=3), channel_id=RAIDS)
    return replace(usual, **changes)


def new_series(**changes: Any) -> NewSeries:
    """Every Wednesday at 20:00 in Berlin, on the bot's own sheets."""
    usual = NewSeries(
        guild_id=GUILD,
        label="Weekly Heroic",
        day_of_week=2,
        start_time=time(20),
        duration=timedelta(hours=3),
        timezone="Europe/Berlin",
        every_weeks=1,
        anchor=None,
        channel_id=None,
        sheet=SheetKind.NATIVE,
        template_name=None,
        total_limit=None,
        leader_id=None,
    )
    return replace(usual, **changes)


def new_action(lane: str = "lane", **changes: Any) -> NewAction:
    """Something to do now."""
    return replace(NewAction(GUILD, Kind.REFRESH_SHEET, lane, NOW), **changes)


def days(count: int) -> timedelta:
    """So many days of 24 hours."""
    return timedelta(days=count)


def wednesday(weeks: int) -> date:
    """The Wednesday so many weeks after the first raid's."""
    return START.date() + days(7 * weeks)
