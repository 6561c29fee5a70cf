"""The fault matrix of a booking: every step, natively and on Raid-Helper, with everything that goes wrong there.

Whatever the cell: when somebody goes on where it broke off, there is one row, one sheet and one announcement, and the
ledger says what happened. A crash is a worker whose task and connections end at that very point; a new one goes on.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.booking import Note
from bot.domain.event import SheetKind
from bot.services.messenger import Undeliverable
from sandbox.raid_helper import faults
from sandbox.raid_helper.faults import Fault
from tests.factories import GUILD, OFFICERS, RAIDS, START
from tests.faults.wire import Cut, Wire, parameter, wire_to
from tests.services.recorder import Killed
from tests.services.test_pre_fill import known_player
from tests.services.world import Worker, World

NATIVE, THERE = SheetKind.NATIVE, SheetKind.RAID_HELPER
BOOKING_TIME = START + timedelta(minutes=12)
SOON, LATER = timedelta(minutes=2), timedelta(hours=2)
"""When somebody goes on: within Discord's memory of a nonce, and long after it."""

Story = Callable[[World, Path], Awaitable[None]]


@dataclass(frozen=True)
class Cell:
    """One square of the matrix: what breaks it off, and what the ledger must say in the end."""

    kind: SheetKind
    step: str
    trouble: str
    story: Story
    back_after: timedelta = SOON
    expected: Note | str | None = None

    @property
    def name(self) -> str:
        back = "" if self.back_after is SOON else ", back hours later"
        return f"{self.kind}: {self.step}: {self.trouble}{back}"


# ---------------------------------------------------------------- steps in the database

PLAN = ("planned", b"INSERT INTO patt.raid_events", 1)
CLAIM = ("claimed", parameter("creating"), 1)
ANNOUNCED = ("announced", parameter("announced"), 1)
ANNOUNCE_DONE = ("announcement finished", parameter("announced"), 2)
STEPS = {
    NATIVE: [
        PLAN,
        CLAIM,
        ("message remembered", b"discord_message_id = $2::bigint, posted_before", 1),
        ("flagged", b"UPDATE patt.raid_events SET auto_booked = TRUE WHERE successor_id", 1),
        ("post finished", parameter("posted"), 1),
        ANNOUNCED,
        ANNOUNCE_DONE,
    ],
    THERE: [
        PLAN,
        CLAIM,
        ("id remembered", b"SET raid_helper_event_id = $2", 1),
        ("flagged", b"UPDATE patt.raid_events SET auto_booked = TRUE WHERE successor_id", 1),
        ("create finished", b"created 9", 1),
        ANNOUNCED,
        ANNOUNCE_DONE,
    ],
}


def cut_at(mark: bytes, nth: int, cut: Cut, *, for_good: bool, refusals: int = 0) -> Story:
    """The worker, or its connection, ends at a statement or behind the commit after it."""

    async def story(world: World, folder: Path) -> None:
        async with wire_to(world.dsn, folder) as wire, world.worker(dsn=wire.dsn) as doomed:
            wire.mark, wire.nth, wire.cut = mark, nth, cut
            wire.for_good, wire.refusals = for_good, refusals
            working = asyncio.create_task(work(doomed))
            await (end_at(wire, working) if for_good else stumble(working))
            assert wire.reached.is_set()

    return story


async def work(worker: Worker) -> None:
    await worker.booker.run_once()
    await worker.queue.run_due()


async def end_at(wire: Wire, working: "asyncio.Task[None]") -> None:
    """Kill the worker where the wire holds it."""
    async with asyncio.timeout(20):
        await wire.reached.wait()
    working.cancel()
    wire.sever()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await working


async def stumble(working: "asyncio.Task[None]") -> None:
    """The worker lives on; its loops log what went wrong and come back."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(20):
            await working


def in_the_database() -> Iterator[Cell]:
    for kind, steps in STEPS.items():
        for step, mark, nth in steps:
            for back in (SOON, LATER):
                yield Cell(kind, step, "crash before", cut_at(mark, nth, Cut.BEFORE, for_good=True), back)
                yield Cell(kind, step, "crash after", cut_at(mark, nth, Cut.AFTER, for_good=True), back)
            yield Cell(kind, step, "connection lost", cut_at(mark, nth, Cut.BEFORE, for_good=False))
            yield Cell(kind, step, "answer to the commit lost", cut_at(mark, nth, Cut.AFTER, for_good=False))
            gone = cut_at(mark, nth, Cut.BEFORE, for_good=False, refusals=9)
            yield Cell(kind, step, "database gone for a while", gone)


# ---------------------------------------------------------------- steps in Discord

SHAKY: dict[str, Exception] = {
    "500": RuntimeError("500 Internal Server Error"),
    "time-out": TimeoutError(),
    "connection reset": ConnectionResetError("reset by peer"),
}


def discord_fails(method: str, error: BaseException, *, after: bool, times: int = 1) -> Story:
    async def story(world: World, _folder: Path) -> None:
        world.discord.fail(method, error, after=after, times=times)
        with contextlib.suppress(Killed):
            await work(world.first)

    return story


def in_discord() -> Iterator[Cell]:
    for kind, step, method in [
        (NATIVE, "posting", "post_sheet"),
        (NATIVE, "announcing", "announce_booking"),
        (THERE, "announcing", "announce_booking"),
    ]:
        for after, when in ((False, "before"), (True, "after")):
            for back in (SOON, LATER):
                died = discord_fails(method, Killed(), after=after)
                yield Cell(kind, step, f"crash {when} it shows", died, back)
            for name, error in SHAKY.items():
                yield Cell(kind, step, f"{name} {when} it shows", discord_fails(method, error, after=after))
                for_long = discord_fails(method, error, after=after, times=5)
                yield Cell(kind, step, f"{name} {when} it shows, five times", for_long, LATER)
        for name in ("403 Missing Permissions", "404 Unknown Channel"):
            refused = discord_fails(method, Undeliverable(name), after=False)
            yield Cell(kind, step, name, refused, expected=name)


# ---------------------------------------------------------------- steps on Raid-Helper

TROUBLES: dict[str, Callable[[], Fault]] = {
    "dropped, nothing done": faults.drop_before_commit,
    "dropped, done": faults.commit_then_drop,
    "429, header": lambda: faults.rate_limit("header"),
    "429, JSON": lambda: faults.rate_limit("json"),
    "429, text": lambda: faults.rate_limit("text", "3.2s"),
    "429, no hint": lambda: faults.rate_limit("none"),
    "429 for hours": lambda: faults.rate_limit("text", "1 hour(s)"),
    "500": lambda: faults.server_error(500),
    "502 in HTML": lambda: faults.server_error(502, html=True),
    "503": lambda: faults.server_error(503),
    "200, empty": lambda: faults.odd_body("empty"),
    "200, not JSON": lambda: faults.odd_body("text"),
    "200, a list": lambda: faults.odd_body("list"),
}
ONLY_CREATING: dict[str, Callable[[], Fault]] = {
    "200 without id": lambda: faults.odd_body("eventless"),
    "200, id at the top": lambda: faults.odd_body("top_id"),
    "200, id a number": lambda: faults.odd_body("number_id"),
    "200, wrong type": lambda: faults.odd_body("mistyped"),
}
FINAL: dict[str, tuple[Callable[[], Fault], str]] = {
    "200 with failed": (faults.soft_fail, "something went wrong"),
    "401, locked template": (faults.template_locked, "template"),
    "404, no access": (faults.access_lost, "cannot post there"),
}
WAITING: dict[str, Callable[[], Fault]] = {
    "301": lambda: faults.redirect("https://raid-helper.example/api/v4"),
    "401, key refreshed": faults.unauthorized,
}


def raid_helper_fails(route: str, *troubles: Callable[[], Fault], wrong_by: timedelta = timedelta(0)) -> Story:
    async def story(world: World, _folder: Path) -> None:
        world.raid_helper.misread(wrong_by)
        for trouble in troubles:
            world.raid_helper.fail(route, trouble())
        await work(world.first)

    return story


def impatient(route: str, stall: Callable[[Callable[[], Awaitable[object]]], Fault]) -> Story:
    """The answer does not come in time."""

    async def story(world: World, _folder: Path) -> None:
        world.raid_helper.fail(route, stall(world.raid_helper.released))
        async with world.worker(timeout_seconds=0.3) as hasty:
            await work(hasty)

    return story


def dies_asking(
    route: str, stall: Callable[[Callable[[], Awaitable[object]]], Fault], wrong_by: timedelta = timedelta(0)
) -> Story:
    """The worker dies while it waits for the answer."""

    async def story(world: World, _folder: Path) -> None:
        world.raid_helper.misread(wrong_by)
        world.raid_helper.fail(route, stall(world.raid_helper.released))
        async with world.worker() as doomed:
            working = asyncio.create_task(work(doomed))
            async with asyncio.timeout(20):
                while not world.raid_helper.asked(route):  # noqa: ASYNC110 - the stand-in has no event for it
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.02)
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working

    return story


async def changes_nothing(world: World, _folder: Path) -> None:
    """Nothing at all goes wrong."""
    await work(world.first)


OFF = timedelta(hours=9)
"""A start read on the clocks of Los Angeles."""


def stands_wrong(*, keep: bool, zone: str | None = None) -> Story:
    async def story(world: World, _folder: Path) -> None:
        world.raid_helper.misread(OFF, keep=keep, zone=zone)
        await work(world.first)

    return story


def on_raid_helper() -> Iterator[Cell]:
    for name, trouble in {**TROUBLES, **ONLY_CREATING}.items():
        back = LATER if "hours" in name else SOON
        yield Cell(THERE, "creating", name, raid_helper_fails("create", trouble), back)
        yield Cell(THERE, "creating", f"{name}, twice", raid_helper_fails("create", trouble, trouble), LATER)
    for name, trouble in TROUBLES.items():
        back = LATER if "hours" in name else SOON
        yield Cell(THERE, "signing up", name, raid_helper_fails("add_signup", trouble), back)
        lost = raid_helper_fails("create", faults.commit_then_drop)
        yield Cell(THERE, "looking for a lost one", name, then(lost, raid_helper_fails("list", trouble)), back)
        wrong = raid_helper_fails("edit", trouble, wrong_by=OFF)
        yield Cell(THERE, "correcting the time", name, wrong, back, Note.CORRECTED)
    for name, trouble in WAITING.items():
        yield Cell(THERE, "creating", name, raid_helper_fails("create", trouble))
    for name, (trouble, why) in FINAL.items():
        yield Cell(THERE, "creating", name, raid_helper_fails("create", trouble), expected=why)
    at_once = timedelta(0)
    for route, step, by in [
        ("create", "creating", at_once),
        ("add_signup", "signing up", at_once),
        ("edit", "correcting the time", OFF),
    ]:
        expected = Note.CORRECTED if by else None
        for back in (SOON, LATER):
            asked, done = dies_asking(route, faults.stall, by), dies_asking(route, faults.commit_then_stall, by)
            yield Cell(THERE, step, "crash before it is done", asked, back, expected)
            yield Cell(THERE, step, "crash after it is done", done, back, expected)
    yield Cell(THERE, "creating", "time-out, nothing done", impatient("create", faults.stall))
    yield Cell(THERE, "creating", "time-out, done", impatient("create", faults.commit_then_stall))
    yield Cell(THERE, "signing up", "time-out, nothing done", impatient("add_signup", faults.stall))
    yield Cell(THERE, "signing up", "time-out, done", impatient("add_signup", faults.commit_then_stall))
    yield Cell(THERE, "read back", "another startTime", stands_wrong(keep=False), expected=Note.CORRECTED)
    stays = stands_wrong(keep=True, zone="Europe/Berlin")
    yield Cell(THERE, "read back", "a startTime that stays", stays, expected=Note.CORRECTED)
    never = stands_wrong(keep=True)
    yield Cell(THERE, "read back", "a startTime that cannot be had", never, expected=Note.STILL_WRONG)
    lost = raid_helper_fails("create", faults.commit_then_drop, wrong_by=OFF)
    yield Cell(THERE, "read back", "another startTime, answer lost", lost, expected=Note.CORRECTED)
    yield Cell(THERE, "all", "nothing goes wrong", changes_nothing)
    yield Cell(NATIVE, "all", "nothing goes wrong", changes_nothing)


def then(first: Story, second: Story) -> Story:
    """One trouble after the other."""

    async def story(world: World, folder: Path) -> None:
        await first(world, folder)
        world.clock.advance(SOON)
        await second(world, folder)

    return story


CELLS = [*in_the_database(), *in_discord(), *on_raid_helper()]


# ---------------------------------------------------------------- the one test


@pytest.fixture
async def guild(world: World) -> AsyncIterator[World]:
    """A server with its channels and two people who are signed up beforehand, twelve minutes into the raid."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    for number in (1, 2):
        await known_player(world, number, 2, auto_invite_events=True)
    world.clock.set(BOOKING_TIME)
    yield world
    world.raid_helper.misread(timedelta(0))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
async def test_whatever_happens_there_is_one_sheet(guild: World, cell: Cell, tmp_path: Path) -> None:
    await guild.weekly(cell.kind)
    await cell.story(guild, tmp_path)
    guild.clock.advance(cell.back_after)
    for _ in range(3):
        await guild.first.booker.run_once()
        await guild.run()
        await guild.recover()
        await guild.pass_time(cell.back_after)
    [row] = await guild.successors()
    if cell.expected is not None and not isinstance(cell.expected, Note):
        await was_given_up(guild, cell, row["id"])
    else:
        await stands_once(guild, cell, row["id"])


async def stands_once(world: World, cell: Cell, event_id: int) -> None:
    """One row, one sheet, one announcement, both flags, everybody signed up; the ledger says what happened."""
    row = await world.event(event_id)
    assert (row["booking_state"], row["auto_booked"], row["booking_error"]) == ("announced", True, cell.expected)
    assert world.sheets_standing(cell.kind) == 1
    sheet_id = row["discord_message_id"] if cell.kind is NATIVE else row["raid_helper_event_id"]
    link = f"https://discord.com/channels/{GUILD}/{RAIDS}/{sheet_id}"
    assert world.discord.said == [(RAIDS, f"📅 Next week's raid has been posted! Sign up here:\n{link}")]
    assert [news.what for _, news in world.discord.news] == ([cell.expected] if cell.expected else [])
    assert (world.discord.warned, await left_over(world)) == ([], [])
    assert await world.pool.fetchval("SELECT count(*) FROM patt.raid_events") == 2
    assert await world.pool.fetchval("SELECT auto_booked FROM patt.raid_events WHERE successor_id = $1", event_id)
    assert await world.pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE event_id = $1", event_id) == 2
    if cell.kind is THERE:
        stands_there(world, cell, sheet_id)


def stands_there(world: World, cell: Cell, sheet_id: str) -> None:
    """The event on Raid-Helper: the one that is linked, at its time, with everybody once."""
    [(event_id, event)] = world.raid_helper.events.items()
    right = event["startTime"] == int((START + timedelta(days=7)).timestamp())
    assert (event_id, right) == (sheet_id, cell.expected is not Note.STILL_WRONG)
    assert len({one["userId"] for one in event["signUps"]}) == len(event["signUps"]) == 2


async def was_given_up(world: World, cell: Cell, event_id: int) -> None:
    """One row, and one word to the officers about what did not come, with its reason; nothing doubled."""
    row = await world.event(event_id)
    assert str(cell.expected) in row["booking_error"]
    assert [(where, about) for where, about, _ in world.discord.warned] == [(OFFICERS, event_id)]
    announcing = cell.step == "announcing"
    assert (world.sheets_standing(cell.kind), world.discord.said) == (1 if announcing else 0, [])
    assert row["booking_state"] == ("created" if announcing else "creating")


async def left_over(world: World) -> list[str]:
    """What is still to do now, or was given up."""
    rows = await world.pool.fetch(
        "SELECT kind FROM patt.scheduled_actions WHERE dead OR wake_at <= $1 ORDER BY id", world.clock.now()
    )
    return [row["kind"] for row in rows]


def test_no_cell_is_there_twice_and_none_is_missing() -> None:
    names = [cell.name for cell in CELLS]
    assert len(set(names)) == len(names)
    steps = {(cell.kind, cell.step) for cell in CELLS}
    assert steps >= {(kind, step) for kind, listed in STEPS.items() for step, _, _ in listed}
