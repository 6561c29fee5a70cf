"""Short words for tests of what people are told: plan, come, let time pass, and see who heard what."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import EventId, UserId
from bot.domain.notice import Notice
from bot.domain.setting import SERVER
from bot.domain.template import Choice
from bot.services.raids import RaidWish
from bot.services.reminders import HabitsWish
from tests.factories import GUILD, member, officer
from tests.services.world import World

LEADER = officer().user_id
TICKS = 12
"""Seconds after which everybody was told who is told directly, one after the other, and was named in the channel."""


async def planned(world: World, when: str = "today 20:00", **wish: Any) -> EventId:
    """A raid of the officer's, its sheet posted."""
    event = await world.first.raids.create(officer(), RaidWish(title="Heroic", when=when, template="plain", **wish))
    await world.run()
    return event.id


async def come(world: World, event_id: EventId, *numbers: int, choice: Choice = Choice.ACCEPTED) -> None:
    """Members answer."""
    for number in numbers:
        await world.first.sign_ups.answer(member(number), event_id, choice)
    await world.pass_time(timedelta(seconds=1))


async def at(world: World, moment: datetime, *, ticks: int = TICKS) -> None:
    """Let that moment come, and the seconds after it in which everybody is told."""
    world.clock.set(moment)
    await world.run()
    for _ in range(ticks):
        await world.pass_time(timedelta(seconds=1))


def told(world: World, notice: Notice = Notice.REMINDER) -> list[UserId]:
    """Who was told it directly, in order."""
    return [user_id for user_id, what in world.discord.notices if what is notice]


def named(world: World, notice: Notice = Notice.REMINDER) -> list[list[UserId]]:
    """Whom each message in the channel named."""
    return [users for users, tidings in world.discord.named if tidings.notice is notice]


def users(*numbers: int) -> list[UserId]:
    """The Discord ids of those members."""
    return [member(number).user_id for number in numbers]


async def setting(world: World, name: str, value: Any) -> None:
    """A setting of the server's, and what follows for its raids."""
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {name: value})
    await world.first.unplanned.run_once()


async def habits(
    world: World, number: int, way: str | None = None, before: int | None = None, quiet: str | None = None
) -> None:
    """`/me reminders` by that member, and what follows for the raids."""
    await world.first.reminders.habits(member(number), HabitsWish(way, before, quiet))
    await world.first.unplanned.run_once()
