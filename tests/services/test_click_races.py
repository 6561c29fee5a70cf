"""Clicks against everybody else who writes: officers, other workers, statements typed by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.event import SheetClosed
from bot.domain.ids import EventId
from bot.domain.permissions import Actor
from bot.domain.sign_up import NotSignedUp, Pick
from bot.domain.template import Choice
from bot.services.characters import remember
from bot.services.clicking import SignedUp
from bot.services.officers import Whom
from db.clicks import ClickRepository
from sandbox.clock import ManualClock
from tests.factories import GUILD, NOW, member, officer
from tests.services.world import Worker, World, blocked

HOLY = ("Paladin", "Holy")
ACCEPTED, LATE, TENTATIVE, BENCH, ABSENCE = Choice


async def sit(worker: Worker, event_id: EventId, number: int, choice: Choice = ACCEPTED) -> SignedUp:
    """A member's answer, as a Holy Paladin the first time."""
    outcome = await worker.sign_ups.answer(member(number), event_id, choice)
    if not isinstance(outcome, SignedUp):
        outcome = await worker.sign_ups.answer(member(number), event_id, choice, HOLY)
    assert isinstance(outcome, SignedUp)
    return outcome


@pytest.fixture
async def guild(guild: World) -> World:
    """The server; its raids have templates, as `/raid create` makes them."""
    async with guild.first.db.transaction() as tx:
        guild.template_id = await tx.templates.current_id(GUILD, "wow-retail")
    return guild


async def known_raid(world: World, people: int, limit: int = 1) -> EventId:
    """A raid its worker remembers: one answer after the other, of which the last is given by heart."""
    event_id = await world.raid(total_limit=limit)
    for number in range(1, people + 1):
        await sit(world.first, event_id, number, BENCH)
        await sit(world.first, event_id, number, ACCEPTED)
        await sit(world.first, event_id, number, BENCH)
    assert world.first.sign_ups._memory.of(event_id)
    return event_id


async def stored(world: World, event_id: EventId) -> dict[int, str]:
    """The answers in the database, by the members' numbers."""
    rows = await world.pool.fetch(
        """
        SELECT u.discord_id, a.status FROM patt.raid_attendance a
        JOIN guild_identity.players p ON p.id = a.player_id
        JOIN guild_identity.discord_users u ON u.id = p.discord_user_id
        WHERE a.event_id = $1
        """,
        event_id,
    )
    return {row["discord_id"] - int(member(0).user_id): row["status"] for row in rows}


async def agree(world: World, worker: Worker, event_id: EventId) -> None:
    """What the worker remembers of the sheet is what the database says of that version."""
    async with world.first.db.transaction() as tx:
        [found] = await tx.clicks.look([(member(), event_id)])
        sign_ups = await tx.sign_ups.of(event_id)
    assert found
    remembered = worker.sign_ups._memory.at(event_id, found.version)
    assert remembered
    assert sorted(remembered.sign_ups, key=lambda one: one.id) == sorted(sign_ups, key=lambda one: one.id)
    assert remembered.desk().roster() == type(remembered.desk())(found.event, remembered.template, sign_ups).roster()


# ---------------------------------------------------------------- what is remembered is never the last word


OTHERS_GO = """
    DELETE FROM patt.raid_attendance
    WHERE player_id <> (SELECT id FROM guild_identity.players WHERE display_name = 'Member 1')
"""
ALL_IN = "UPDATE patt.raid_attendance SET status = 'accepted'"
BY_HAND: dict[str, tuple[list[str], int | None]] = {
    "the seat is taken": ([ALL_IN], 1),
    "somebody else comes in": (
        [
            "INSERT INTO guild_identity.players (guild_discord_id, display_name) SELECT guild_discord_id, 'Gunther' "
            "FROM patt.raid_events",
            "INSERT INTO patt.raid_attendance (event_id, player_id, signed_at) SELECT e.id, p.id, '2026-11-01' "
            "FROM patt.raid_events e, guild_identity.players p WHERE display_name = 'Gunther'",
        ],
        1,
    ),
    "the seat is taken and given back": ([ALL_IN, OTHERS_GO], None),
    "the limit rises": ([ALL_IN, "UPDATE patt.raid_events SET total_limit = 9"], None),
}


@pytest.mark.parametrize(("statements", "position"), BY_HAND.values(), ids=BY_HAND)
async def test_a_click_knows_what_was_written_by_hand_since_the_last(
    guild: World, statements: list[str], position: int | None
) -> None:
    event_id = await known_raid(guild, people=2)
    for statement in statements:
        await guild.pool.execute(statement)
    guild.clock.advance(timedelta(seconds=1))
    await sit(guild.first, event_id, 1, TENTATIVE)
    assert (await sit(guild.first, event_id, 1)).placed.position == position
    await agree(guild, guild.first, event_id)


CLOSINGS = {
    "cancelled": "status = 'CANCELLED'",
    "closed": "closed = TRUE",
    "past the deadline": "deadline_utc = '2026-11-25 12:00Z'",
}


@pytest.mark.parametrize("change", CLOSINGS.values(), ids=CLOSINGS)
async def test_a_sheet_remembered_open_is_closed_at_once(guild: World, change: str) -> None:
    event_id = await known_raid(guild, people=1)
    await guild.pool.execute(f"UPDATE patt.raid_events SET {change}")  # noqa: S608 - the table above
    with pytest.raises(SheetClosed):
        await guild.first.sign_ups.answer(member(1), event_id, ACCEPTED)
    assert await stored(guild, event_id) == {1: "bench"}


async def test_a_refusal_is_not_given_by_heart(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    await guild.pool.execute("UPDATE patt.raid_events SET deadline_utc = $1", NOW)
    await sit(guild.first, event_id, 1, LATE)  # now the worker remembers a deadline that is over
    await guild.pool.execute("UPDATE patt.raid_events SET deadline_utc = NULL")
    assert (await sit(guild.first, event_id, 1)).placed.sign_up.choice is ACCEPTED


async def test_whoever_was_taken_off_is_not_remembered_as_there(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    await guild.pool.execute("DELETE FROM patt.raid_attendance")
    with pytest.raises(NotSignedUp):
        await guild.first.sign_ups.withdraw(member(1), event_id)


async def test_a_discord_user_who_is_another_player_now_answers_as_that_one(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    old, user = await guild.pool.fetchrow("SELECT id, discord_user_id FROM guild_identity.players") or (0, 0)
    await guild.pool.execute("UPDATE guild_identity.players SET discord_user_id = NULL")
    new = await guild.insert(
        "guild_identity.players", guild_discord_id=GUILD, discord_user_id=user, display_name=member(1).name
    )
    await guild.first.sign_ups.answer(member(1), event_id, ABSENCE)
    rows = await guild.pool.fetch("SELECT player_id, status FROM patt.raid_attendance ORDER BY id")
    assert [tuple(row) for row in rows] == [(old, "bench"), (new, "absence")]


# ---------------------------------------------------------------- somebody writes between the decision and its writing


Meddle = Callable[[], Awaitable[Any]]


def meddle(monkeypatch: pytest.MonkeyPatch, *meddlers: Meddle) -> None:
    """Let each of these happen right before one of the next writings of clicks: no lock would let a test in there."""
    left, write = list(meddlers), ClickRepository.write

    async def late(self: ClickRepository, *arguments: Any, **options: Any) -> Any:
        if left:
            await left.pop(0)()
        return await write(self, *arguments, **options)

    monkeypatch.setattr(ClickRepository, "write", late)


@pytest.mark.parametrize("times", [1, 2], ids=["by heart", "by heart and as read"])
async def test_an_officer_who_gives_the_last_seat_in_between_is_not_overruled(
    guild: World, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    event_id = await known_raid(guild, people=1)
    async with guild.worker() as second:

        async def give() -> None:
            left.pop()
            await second.officers.add(officer(), str(event_id), Whom(member(50 + len(left))))

        left = list(range(times))
        meddle(monkeypatch, *[give] * times)
        outcome = await sit(guild.first, event_id, 1)
    assert (outcome.placed.position, left) == (times, [])
    assert await stored(guild, event_id) == {1: "accepted", **{50 + number: "accepted" for number in range(times)}}
    await agree(guild, guild.first, event_id)


async def test_an_answer_is_drawn_while_it_is_committed(guild: World, monkeypatch: pytest.MonkeyPatch) -> None:
    event_id, order = await known_raid(guild, people=1), list[str]()
    write = ClickRepository.write

    async def noted(self: ClickRepository, *arguments: Any, **options: Any) -> Any:
        written = await write(self, *arguments, **options)
        order.append("committed")
        return written

    monkeypatch.setattr(ClickRepository, "write", noted)
    await guild.first.sign_ups.drawn(lambda _: order.append("drawn") or "", member(1), event_id, ACCEPTED)
    assert order == ["drawn", "committed"]


async def test_what_was_drawn_in_vain_is_drawn_anew(guild: World) -> None:
    event_id = await known_raid(guild, people=2)
    await guild.pool.execute(ALL_IN)
    assert await guild.first.sign_ups.drawn(position, member(1), event_id, TENTATIVE) == "none"
    guild.clock.advance(timedelta(seconds=1))
    await guild.pool.execute("UPDATE patt.raid_events SET total_limit = 1")
    assert await guild.first.sign_ups.drawn(position, member(1), event_id, ACCEPTED) == "1"


def position(outcome: object) -> str:
    assert isinstance(outcome, SignedUp)
    return f"{outcome.placed.position or 'none'}"


async def test_what_fails_at_drawing_is_told_to_whoever_clicked_alone(guild: World) -> None:
    event_id, drawn = await known_raid(guild, people=4, limit=9), list[str]()

    def draws_well(outcome: object) -> str:
        drawn.append(position(outcome))
        return drawn[-1]

    def fails(_: object) -> str:
        raise ZeroDivisionError

    draws = (draws_well, fails, draws_well, fails)
    told = await asyncio.gather(
        *(guild.first.sign_ups.drawn(draw, member(n), event_id, ACCEPTED) for n, draw in enumerate(draws, 1)),
        return_exceptions=True,
    )
    assert [type(one) for one in told] == [str, ZeroDivisionError, str, ZeroDivisionError]
    assert drawn == ["none"] * 2  # nobody's click was done again because of another's
    assert set((await stored(guild, event_id)).values()) == {"accepted"}
    await agree(guild, guild.first, event_id)


async def test_newcomers_are_remembered_as_they_were_written(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    for number in (1, 2):
        await sit(guild.first, event_id, number)
        await agree(guild, guild.first, event_id)


async def test_a_cancelling_in_between_is_seen(guild: World, monkeypatch: pytest.MonkeyPatch) -> None:
    event_id = await known_raid(guild, people=1)
    open_actions = await guild.open_actions()

    async def cancel() -> None:
        await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED'")

    meddle(monkeypatch, cancel)
    with pytest.raises(SheetClosed):
        await guild.first.sign_ups.answer(member(1), event_id, ACCEPTED)
    assert await stored(guild, event_id) == {1: "bench"}
    assert await guild.open_actions() == open_actions


async def test_only_the_sheet_that_changed_is_decided_anew(guild: World, monkeypatch: pytest.MonkeyPatch) -> None:
    raids = [await known_raid(guild, people=1) for _ in range(4)]

    async def take() -> None:
        await guild.pool.execute("UPDATE patt.raid_events SET total_limit = 8 WHERE id = $1", raids[0])

    meddle(monkeypatch, take)
    outcomes = await asyncio.gather(*(sit(guild.first, event_id, 1) for event_id in raids))
    assert [one.event.total_limit for one in outcomes] == [8, 1, 1, 1]
    for event_id in raids:
        assert await stored(guild, event_id) == {1: "accepted"}
        await agree(guild, guild.first, event_id)


@pytest.mark.parametrize("heart", [True, False], ids=["by heart", "as read"])
async def test_a_click_waits_for_the_officer_who_holds_the_sheet(guild: World, heart: bool) -> None:
    event_id = await known_raid(guild, people=1, limit=2)
    if not heart:
        guild.first.sign_ups._memory._sheets.clear()
    async with guild.first.db.transaction() as tx:
        event = await tx.events.lock(GUILD, event_id)
        assert event
        await tx.sign_ups.copy(event_id, await guild.raid())
        clicking = asyncio.create_task(sit(guild.first, event_id, 1))
        await blocked(guild.pool, clicking)
        assert not clicking.done()
        await guild.first.db.answers()
        connection: Any = tx.events._db
        await connection.execute("UPDATE patt.raid_events SET title = 'Another night' WHERE id = $1", event_id)
    assert (await clicking).event.title == "Another night"
    await agree(guild, guild.first, event_id)


async def test_a_click_that_would_wait_in_a_circle_starts_again(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    # The one whose patience ends finds the circle and gives way: here the click, long before the hand.
    await guild.pool.execute(f"ALTER DATABASE {guild.dsn.split('@/')[1].split('?')[0]} SET deadlock_timeout = '400ms'")
    async with guild.worker() as hasty:
        await sit(hasty, event_id, 1, LATE)
        await hand_meets_click(guild, hasty, event_id)
    assert await stored(guild, event_id) == {1: "accepted"}


async def hand_meets_click(world: World, worker: Worker, event_id: EventId) -> None:
    """Somebody takes an answer's row and then the raid's; the click wants them the other way round."""
    async with world.pool.acquire() as hand, hand.transaction():
        await hand.execute("SET LOCAL deadlock_timeout = '30s'")
        await hand.execute("SELECT FROM patt.raid_attendance WHERE event_id = $1 FOR UPDATE", event_id)
        clicking = asyncio.create_task(sit(worker, event_id, 1))
        await blocked(world.pool, clicking)
        await hand.execute("UPDATE patt.raid_events SET closed = closed WHERE id = $1", event_id)
    await clicking


# ---------------------------------------------------------------- many at once


async def test_two_workers_and_their_memories_lose_double_and_oversell_nothing(guild: World) -> None:
    event_id = await known_raid(guild, people=12, limit=4)
    last: dict[int, SignedUp] = {}

    async def restless(worker: Worker, number: int) -> None:
        for choice in (ACCEPTED, TENTATIVE, ACCEPTED, LATE, BENCH, ACCEPTED):
            last[number] = await sit(worker, event_id, number, choice)
            assert last[number].placed.sign_up.choice is choice

    async with guild.worker() as second:
        workers = (guild.first, second)
        await asyncio.gather(*(restless(workers[number % 2], number) for number in range(1, 13)))
        await sit(second, event_id, 1, ABSENCE)
        await agree(guild, second, event_id)
    assert await stored(guild, event_id) == {1: "absence", **dict.fromkeys(range(2, 13), "accepted")}
    seats = [await place(guild, event_id, number) for number in range(2, 13)]
    assert seats.count(None) == 4
    assert sorted(one for one in seats if one) == list(range(1, 8))


async def place(world: World, event_id: EventId, number: int) -> int | None:
    return (await world.first.mine.look(member(number), event_id)).placed.position


async def test_officers_and_clicks_in_one_crowd_agree_in_the_end(guild: World) -> None:
    event_id = await known_raid(guild, people=8, limit=3)
    async with guild.worker() as second:
        clicks = [sit(guild.first, event_id, number) for number in range(1, 9)]
        puts = [second.officers.add(officer(), str(event_id), Whom(member(40 + number))) for number in range(4)]
        takes = [second.officers.remove(officer(), str(event_id), f"Member {number}") for number in (1, 2)]
        await asyncio.gather(*clicks, *puts)
        await asyncio.gather(*takes, *(sit(guild.first, event_id, number, LATE) for number in range(3, 9)))
    answers = await stored(guild, event_id)
    assert answers == {**dict.fromkeys(range(3, 9), "late"), **dict.fromkeys(range(40, 44), "accepted")}
    seats = [await place(guild, event_id, number) for number in answers]
    assert seats.count(None) == 3


class Ticking(ManualClock):
    """A clock that goes on while clicks are worked off, as the real one does."""

    def now(self) -> datetime:
        self.advance(timedelta(microseconds=1))
        return super().now()


async def test_whoever_must_be_written_down_first_is_not_overtaken(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    guild.first.sign_ups._clock = Ticking(guild.clock.now())
    asked: list[Actor] = [member(7), member(1)]
    first, second = await asyncio.gather(
        *(guild.first.sign_ups.answer(one, event_id, ACCEPTED, HOLY if one == asked[0] else None) for one in asked)
    )
    assert isinstance(first, SignedUp)
    assert isinstance(second, SignedUp)
    assert (first.placed.position, second.placed.position) == (None, 1)


async def test_what_could_not_be_written_is_not_remembered(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    await guild.pool.execute("ALTER TABLE patt.scheduled_actions RENAME TO elsewhere")
    with pytest.raises(Exception, match="scheduled_actions"):
        await guild.first.sign_ups.answer(member(1), event_id, ABSENCE)
    await guild.pool.execute("ALTER TABLE patt.elsewhere RENAME TO scheduled_actions")
    assert await stored(guild, event_id) == {1: "bench"}
    assert (await sit(guild.first, event_id, 1)).placed.number == 1
    await agree(guild, guild.first, event_id)


async def test_a_main_that_changes_on_two_raids_at_once_holds_up_nobody_for_good(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild.first, event_id, 1)
    fire = ("Mage", "Fire")  # a class nobody was written down with: whoever names it first holds it
    async with guild.first.db.transaction() as tx:
        player = await tx.players.register(member(1), "wow")
        clicking = asyncio.create_task(guild.first.sign_ups.answer(member(1), event_id, ACCEPTED, fire))
        await blocked(guild.pool, clicking)
        await remember(tx, player.id, "wow", Pick(*fire))
    outcome = await clicking
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.class_name == "Mage"


REDRAW = "SELECT version FROM patt.scheduled_actions WHERE kind = 'sheet.refresh'"


async def test_while_a_redraw_waits_clicks_ask_for_no_other(guild: World) -> None:
    event_id = await drawn_raid(guild)
    await sit(guild.first, event_id, 1, TENTATIVE)
    for number, choice in ((2, ACCEPTED), (1, LATE), (2, TENTATIVE)):
        await sit(guild.first, event_id, number, choice)
        assert await guild.pool.fetchval(REDRAW) == 0
    await drawn_to(guild, event_id, 1)
    await agree(guild, guild.first, event_id)


async def test_while_a_redraw_waits_whoever_moves_up_is_told_all_the_same(guild: World) -> None:
    event_id = await known_raid(guild, people=2)
    for number, choice in ((1, ACCEPTED), (2, ACCEPTED), (1, TENTATIVE)):
        assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE kind = 'member.tell'") == 0
        await sit(guild.first, event_id, number, choice)
    told = await guild.pool.fetch("SELECT lane FROM patt.scheduled_actions WHERE kind = 'member.tell'")
    assert [row["lane"] for row in told] == [f"member:{member(2).user_id}"]


async def test_somebody_new_is_drawn_although_the_redraw_remembered_has_begun(guild: World) -> None:
    event_id = await known_raid(guild, people=1)
    await guild.pool.execute("UPDATE patt.scheduled_actions SET claimed_until = $1", guild.clock.now() + REDRAWN)
    before = await guild.pool.fetchval(REDRAW)
    await sit(guild.first, event_id, 2)
    assert await guild.pool.fetchval(REDRAW) == before + 1


async def test_a_click_while_its_sheet_is_being_drawn_is_drawn_next(guild: World) -> None:
    event_id = await drawn_raid(guild)
    await sit(guild.first, event_id, 1, TENTATIVE)
    guild.clock.advance(REDRAWN)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(sheet: object) -> None:
        begun.set()
        await go_on.wait()

    guild.discord.edit_sheet, edit = slowly, guild.discord.edit_sheet
    drawing = asyncio.create_task(guild.first.queue.run_due())
    await begun.wait()
    guild.discord.edit_sheet = edit
    for choice in (BENCH, ABSENCE, ACCEPTED):
        await sit(guild.first, event_id, 2, choice)
    go_on.set()
    await drawing
    await drawn_to(guild, event_id, 1)


REDRAWN = timedelta(seconds=1)


async def drawn_raid(guild: World) -> EventId:
    """A raid of two people whose sheet stands and shows them."""
    event_id = await known_raid(guild, people=2, limit=9)
    await guild.pool.execute("UPDATE patt.raid_events SET discord_channel_id = 5, discord_message_id = 6")
    await drawn_to(guild, event_id, 2)
    return event_id


async def drawn_to(guild: World, event_id: EventId, most: int) -> None:
    """Let the redraws come, `most` at most: the sheet shows what the database says."""
    guild.discord.edits.clear()
    for _ in range(2):
        guild.clock.advance(REDRAWN)
        await guild.first.queue.run_due()
    assert 1 <= len(guild.discord.edits) <= most
    shown = {one.sign_up.user_id: one.sign_up.choice for one in guild.discord.edits[-1].roster.everyone}
    assert shown == {member(number).user_id: choice for number, choice in (await stored(guild, event_id)).items()}
    assert await guild.pool.fetchval(REDRAW) is None
