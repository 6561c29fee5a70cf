"""Drawings that come late: whoever made one had lost it meanwhile, and somebody else has drawn what is newer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.action import Action, Fate, Kind, Settled
from bot.domain.ids import EventId
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.services.queue import LEASE, Queue, TryLater
from bot.services.sheets import SPACING
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import NOW, member
from tests.services.queue_work import SECOND, Work, named
from tests.services.recorder import Recorder
from tests.services.world import Worker, World

HOLY = ("Paladin", "Holy")
A_LITTLE = timedelta(seconds=5)
GOES = {
    "goes ahead": [LEASE],
    "is turned back and set right": [-LEASE - A_LITTLE, LEASE + A_LITTLE],
}
"""How the other worker's clock goes until they take the redraw over."""


class HeldBack:
    """The next edit: Discord shows it when it is let go, and says so unless there is an error."""

    def __init__(self, discord: Recorder, error: Exception | None) -> None:
        self._discord, self._show, self._error = discord, discord.edit_sheet, error
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()
        discord.edit_sheet = self._edit  # type: ignore[method-assign]

    async def _edit(self, sheet: Sheet) -> None:
        self._discord.edit_sheet = self._show  # type: ignore[method-assign]
        self.begun.set()
        await self.let_go.wait()
        await self._show(sheet)
        if self._error:
            raise self._error


async def standing(world: World) -> EventId:
    """A raid whose sheet stands."""
    event_id = await world.raid()
    await world.pool.execute("UPDATE patt.raid_events SET discord_message_id = 77 WHERE id = $1", event_id)
    return event_id


async def answer(worker: Worker, event_id: EventId, number: int) -> None:
    await worker.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)


def seated(world: World) -> list[int]:
    """How many the sheet showed after each edit."""
    return [len(sheet.roster.seated) for sheet in world.discord.edits]


@pytest.mark.parametrize("jumps", GOES.values(), ids=GOES)
@pytest.mark.parametrize("error", [None, TimeoutError()], ids=["answered", "not answered"])
async def test_an_older_edit_that_comes_last_is_drawn_over_a_second_later(
    guild: World, jumps: list[timedelta], error: Exception | None
) -> None:
    event_id, held = await standing(guild), HeldBack(guild.discord, error)
    await answer(guild.first, event_id, 1)
    guild.clock.advance(SPACING)
    drawing = asyncio.create_task(guild.first.queue.run_due())
    await held.begun.wait()
    await answer(guild.first, event_id, 2)
    clock = ManualClock(guild.clock.now())
    async with replace(guild, clock=clock).worker() as other:
        for jump in jumps:
            clock.advance(jump)
            await other.queue.run_due()
    held.let_go.set()
    await drawing
    assert seated(guild) == [2, 1]
    await guild.pass_time(SPACING)
    assert (seated(guild), await guild.open_actions()) == ([2, 1, 2], [])


# ---------------------------------------------------------------- what is asked for again, and what is not


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


async def begins(work: Work, kind: Kind, meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Work begins with an action of that kind, and `meanwhile` happens before it ends."""

    async def at_it(_action: Action) -> None:
        await meanwhile()

    work.act = at_it
    work.queue = Queue(work.db, {kind: work.handle}, work.clock)
    await work.enqueue(named("late", kind=kind, dedupe=f"{kind}:None"))
    await work.queue.run_due()


async def taken_over(work: Work) -> Action:
    """Somebody else takes what is in hand."""
    async with work.db.transaction() as tx:
        assert await tx.actions.free(NOW + LEASE, LEASE) == 1
        [action] = await tx.actions.claim(NOW + LEASE, LEASE, most=1)
    return action


async def done(work: Work, action: Action) -> None:
    async with work.db.transaction() as tx:
        await tx.actions.settle([Settled(action, Fate.DONE, "done", NOW + SECOND)], NOW, wait=True)


DRAWN = [Kind.REFRESH_SHEET, Kind.REFRESH_COMP, Kind.EDIT_ON_RAID_HELPER]
TOLD = [Kind.POST_SHEET, Kind.TELL_MEMBER, Kind.SAY]


@pytest.mark.parametrize(("kind", "again"), [*((kind, 1) for kind in DRAWN), *((kind, 0) for kind in TOLD)])
async def test_what_others_have_done_meanwhile_is_asked_for_again_if_it_draws(
    work: Work, kind: Kind, again: int
) -> None:
    async def by_others() -> None:
        await done(work, await taken_over(work))

    await begins(work, kind, by_others)
    asked = [(row["kind"], row["dedupe_key"], row["wake_at"]) for row in await work.rows()]
    assert asked == [(kind, f"{kind}:None", NOW + SECOND)] * again


async def test_what_others_are_drawing_is_drawn_by_them_once_more(work: Work) -> None:
    held: list[Action] = []

    async def by_others() -> None:
        held.append(await taken_over(work))

    await begins(work, Kind.REFRESH_SHEET, by_others)
    await done(work, *held)
    assert [(row["version"], row["wake_at"]) for row in await work.rows()] == [(1, NOW + SECOND)]


async def test_who_only_waited_has_drawn_nothing_over(work: Work) -> None:
    async def by_others() -> None:
        await done(work, await taken_over(work))
        raise TryLater(NOW, "the channel is full")

    await begins(work, Kind.REFRESH_SHEET, by_others)
    assert await work.rows() == []


async def test_a_raid_that_is_gone_meanwhile_is_drawn_no_more_and_stops_nobody(guild: World) -> None:
    """Its actions are deleted along with it: whoever has one in hand finds it as if somebody else had done it."""
    event_id, held = await standing(guild), HeldBack(guild.discord, None)
    await answer(guild.first, event_id, 1)
    guild.clock.advance(SPACING)
    drawing = asyncio.create_task(guild.first.queue.run_due())
    await held.begun.wait()
    await guild.pool.execute("DELETE FROM patt.raid_events WHERE id = $1", event_id)
    held.let_go.set()
    await drawing
    assert await guild.open_actions() == []
