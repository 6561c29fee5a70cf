"""What happens by itself before a raid: the redraw at the deadline, the minimum, the roles that are short."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.domain.durations import BadDuration
from bot.domain.event import EventStatus, NewEvent, SheetKind, UnknownEvent
from bot.domain.ids import EventId, UserId
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.template import Choice
from bot.services import deadlines
from bot.services.alert_desk import DecidedAlready, NobodyToAsk, NothingIsShort, NothingToDecide
from bot.services.messenger import Undeliverable
from bot.services.queue import LEASE
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from bot.services.series import SeriesWish
from tests.factories import (
    GUILD,
    OFFICER_ROLE,
    OFFICERS,
    OTHER_GUILD,
    RAIDS,
    START,
    days,
    member,
    new_event,
    new_series,
    officer,
)
from tests.services.recorder import Killed
from tests.services.world import World

HOUR = timedelta(hours=1)
LEADER = UserId(77)
NEXT_WEEK = START + days(7)
HOLY, PROTECTION, FIRE = ("Paladin", "Holy"), ("Paladin", "Protection"), ("Mage", "Fire")
OPEN_AFTER_DEADLINE = {Choice.LATE, Choice.ABSENCE}


@pytest.fixture
async def guild(world: World) -> World:
    """A server with a raid and an officer channel."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, officer_role_ids=[OFFICER_ROLE])
    return world


def next_week(**changes: Any) -> NewEvent:
    """Next Wednesday's raid, so that everything planned for it lies ahead."""
    return new_event(**{"day": NEXT_WEEK.date(), "starts_at": NEXT_WEEK} | changes)


async def raid(world: World, **changes: Any) -> EventId:
    """A planned raid of the game that wants two tanks and two healers, with its sheet."""
    async with world.first.db.transaction() as tx:
        template_id, _ = await world.first.templates.named(tx, GUILD, "wow-retail")
    event_id = await world.raid(new=next_week(**{"template_id": template_id} | changes))
    await world.pool.execute("UPDATE patt.raid_events SET discord_message_id = 9 WHERE id = $1", event_id)
    await plan(world, event_id)
    return event_id


async def plan(world: World, event_id: EventId) -> None:
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        await deadlines.plan(tx, event, await world.first.templates.of(tx, event), world.clock.now())


async def move(world: World, event_id: EventId, by: timedelta) -> None:
    """The raid and its deadline, moved as an officer would."""
    await world.pool.execute(
        """
        UPDATE patt.raid_events SET start_time_utc = start_time_utc + $2, end_time_utc = end_time_utc + $2,
            deadline_utc = deadline_utc + $2 WHERE id = $1
        """,
        event_id,
        by,
    )
    await plan(world, event_id)


async def come(world: World, event_id: EventId, *who: tuple[int, Choice, tuple[str, str] | None]) -> None:
    """Members answer the sheet."""
    for number, choice, pick in who:
        await world.first.sign_ups.answer(member(number), event_id, choice, pick)


async def at(world: World, moment: Any) -> None:
    world.clock.set(moment)
    await world.run()


# ---------------------------------------------------------------- the deadline


async def test_at_the_deadline_only_late_and_absence_stay_open(guild: World) -> None:
    await raid(guild, deadline=NEXT_WEEK - 3 * HOUR)
    await at(guild, NEXT_WEEK - 3 * HOUR - timedelta(seconds=1))
    assert guild.discord.edits == []
    await at(guild, NEXT_WEEK - 3 * HOUR)
    (drawn,) = guild.discord.edits
    assert set(Choice) - drawn.closed_choices == OPEN_AFTER_DEADLINE
    assert drawn.past_deadline


async def test_a_deadline_that_was_moved_closes_the_sheet_when_it_comes(guild: World) -> None:
    event_id = await raid(guild, deadline=NEXT_WEEK - 3 * HOUR)
    await move(guild, event_id, days(1))
    await at(guild, NEXT_WEEK - 3 * HOUR)
    assert [one.past_deadline for one in guild.discord.edits] == [False]
    await at(guild, NEXT_WEEK - 3 * HOUR + days(1))
    assert [one.past_deadline for one in guild.discord.edits] == [False, True]


async def test_raid_helpers_sheets_are_left_to_raid_helper(guild: World) -> None:
    await raid(guild, sheet=SheetKind.RAID_HELPER, deadline=NEXT_WEEK - HOUR, minimum=10)
    kinds = await guild.pool.fetch("SELECT DISTINCT kind FROM patt.scheduled_actions ORDER BY kind")
    # People are reminded of it, it starts and ends, the bot speaks in its channel; all else is Raid-Helper's.
    assert [row["kind"] for row in kinds] == ["people.tell", "raid.status", "rights.check"]


async def test_planning_twice_asks_for_nothing_twice(guild: World) -> None:
    event_id = await raid(guild, deadline=NEXT_WEEK - 3 * HOUR, minimum=10)
    await plan(guild, event_id)
    before = await guild.open_actions()
    await plan(guild, event_id)
    assert await guild.open_actions() == before
    assert set(await planned(guild, event_id)) == {"roles.warn", "minimum.ask", "sheet.refresh"}


# ---------------------------------------------------------------- where it is planned


AT_DEADLINE = ["sheet.refresh", "minimum.ask", "roles.warn"]


async def planned(world: World, event_id: int) -> dict[str, Any]:
    rows = await world.pool.fetch(
        "SELECT kind, due_at FROM patt.scheduled_actions WHERE event_id = $1 AND kind = ANY ($2)", event_id, AT_DEADLINE
    )
    return {row["kind"]: row["due_at"] for row in rows}


async def own_template(world: World) -> None:
    """A game of the server's own: ten people, a tank, warned two days ahead."""
    definition = {
        "name": "own", "title": "Own", "minimum": 10, "warn_hours": 48,
        "roles": [{"name": "Tank", "emoji": "🛡️", "wanted": 1}],
        "classes": [{"name": "Tank", "emoji": "🛡️", "specs": [{"name": "Tank", "role": "Tank"}]}],
    }  # fmt: skip
    await world.pool.execute(
        "INSERT INTO patt.templates (guild_discord_id, name, definition, digest) VALUES ($1, 'own', $2, 'x')",
        GUILD,
        definition,
    )


async def test_a_created_raid_has_its_templates_minimum_and_everything_planned(guild: World) -> None:
    await own_template(guild)
    wish = RaidWish(title="Heroic", when="2026-12-02 19:00", template="own", deadline="5h")
    event = await guild.first.raids.create(officer(), wish)
    assert event.minimum == 10
    due = await planned(guild, event.id)
    assert due["minimum.ask"] == due["sheet.refresh"] == NEXT_WEEK - 5 * HOUR
    assert due["roles.warn"] == NEXT_WEEK - days(2)


async def test_a_series_hands_deadline_and_minimum_on_to_every_raid(guild: World) -> None:
    await own_template(guild)
    wish = SeriesWish("Weekly", "wednesday", "19:00", template="own", deadline="3h")
    started = await guild.first.desk.add(officer(), wish)
    assert (started.first.deadline, started.first.minimum) == (START - 3 * HOUR, 10)
    assert await guild.look(START + timedelta(minutes=12)) == 1
    booked = (await guild.successors())[-1]
    assert (booked["deadline_utc"], booked["minimum"]) == (NEXT_WEEK - 3 * HOUR, 10)
    due = await planned(guild, booked["id"])
    assert (due["minimum.ask"], due["roles.warn"]) == (NEXT_WEEK - 3 * HOUR, NEXT_WEEK - days(2))


async def test_a_repeating_raid_keeps_its_deadline(guild: World) -> None:
    wish = RaidWish(title="Heroic", when="2026-12-02 19:00", deadline="1d")
    started = await guild.first.desk.repeat(officer(), wish, "weekly")
    assert (started.series.deadline, started.first.deadline) == (days(1), NEXT_WEEK - days(1))


async def test_a_first_raid_past_its_deadline_has_none(guild: World) -> None:
    started = await guild.first.desk.add(officer(), SeriesWish("Weekly", "wednesday", "19:00", deadline="24h"))
    assert (started.first.deadline, started.series.deadline) == (None, days(1))


@pytest.mark.parametrize("deadline", ["7d", "0", "soon"])
async def test_a_series_deadline_lies_within_its_week(guild: World, deadline: str) -> None:
    before = await guild.counts()
    with pytest.raises(BadDuration):
        await guild.first.desk.add(officer(), SeriesWish("Weekly", "wednesday", "19:00", deadline=deadline))
    assert await guild.counts() == before


async def test_a_series_reads_back_its_deadline(guild: World) -> None:
    series_id = await guild.series(new_series(deadline=timedelta(hours=36)))
    async with guild.first.db.transaction() as tx:
        series = await tx.series.get(series_id)
    assert series is not None
    assert series.deadline == timedelta(hours=36)


# ---------------------------------------------------------------- the minimum


@pytest.mark.parametrize(
    ("deadline", "moment"), [(None, NEXT_WEEK - 2 * HOUR), (NEXT_WEEK - days(1), NEXT_WEEK - days(1))]
)
async def test_a_minimum_not_reached_is_asked_about_once(guild: World, deadline: Any, moment: Any) -> None:
    event_id = await raid(guild, minimum=3, deadline=deadline)
    await come(guild, event_id, (1, Choice.ACCEPTED, HOLY), (2, Choice.LATE, HOLY), (3, Choice.TENTATIVE, HOLY))
    await at(guild, moment - timedelta(seconds=1))
    assert not [text for _, text in guild.discord.asked if "at least" in text]
    await at(guild, moment)
    await at(guild, NEXT_WEEK + days(1))
    (asked,) = [one for one in guild.discord.asked if "at least" in one[1]]
    assert asked[0] == OFFICERS
    assert "**2 of 3**" in asked[1]


async def test_a_minimum_reached_is_not_asked_about(guild: World) -> None:
    event_id = await raid(guild, minimum=2, template_id=None)
    await come(guild, event_id, (1, Choice.ACCEPTED, HOLY), (2, Choice.ACCEPTED, HOLY))
    await at(guild, NEXT_WEEK - HOUR)
    assert not [text for _, text in guild.discord.asked if "at least" in text]
    assert (
        await guild.pool.fetchval("SELECT outcome FROM patt.action_log WHERE kind = 'minimum.ask'") == "enough people"
    )


GONE = {
    "cancelled": {"status": EventStatus.CANCELLED},
    "running": {"status": EventStatus.IN_PROGRESS},
    "without a minimum by now": {"minimum": None},
}


@pytest.mark.parametrize("columns", GONE.values(), ids=GONE.keys())
async def test_what_does_not_hold_any_more_is_not_asked(guild: World, columns: dict[str, Any]) -> None:
    event_id = await raid(guild, minimum=5, template_id=None)
    for name, value in columns.items():
        await guild.pool.execute(f"UPDATE patt.raid_events SET {name} = $2 WHERE id = $1", event_id, value)  # noqa: S608 - the test's own names
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    await at(guild, NEXT_WEEK - HOUR)
    assert await guild.done("minimum.ask") == 1
    assert guild.discord.asked == []


async def test_after_the_start_nobody_is_asked(guild: World) -> None:
    await raid(guild, minimum=5)
    await at(guild, NEXT_WEEK)
    assert await guild.done("minimum.ask") == 1
    assert guild.discord.asked == []


async def test_a_moved_raid_is_asked_about_at_its_new_time_and_only_once(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    await move(guild, event_id, days(1))
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    await at(guild, NEXT_WEEK - HOUR)
    assert guild.discord.asked == []
    await at(guild, NEXT_WEEK - HOUR + days(1))
    assert len(guild.discord.asked) == 1
    await move(guild, event_id, days(1))
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    await at(guild, NEXT_WEEK - HOUR + days(2))
    assert len(guild.discord.asked) == 1


@pytest.mark.parametrize(("lead", "when"), [(12 * HOUR, "today 20:00"), (None, "today 13:45")])
async def test_what_a_move_puts_into_the_past_is_asked_at_once_and_only_once(
    guild: World, lead: timedelta | None, when: str
) -> None:
    event_id = await raid(guild, minimum=5, deadline=NEXT_WEEK - lead if lead else None)
    await guild.run()
    assert guild.discord.asked == []
    await guild.first.edits.move(officer(), str(event_id), when)
    await guild.run()
    assert sorted("at least" in text for _, text in guild.discord.asked) == [False, True]  # its roles are short, too
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Another", minimum="6"))
    await guild.run()
    assert len(guild.discord.asked) == 2


async def test_a_minimum_given_too_late_is_asked_about_at_once(guild: World) -> None:
    event_id = await raid(guild, starts_at=guild.clock.now() + HOUR, template_id=None)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(minimum="5"))
    await guild.run()
    assert len(guild.discord.asked) == 1


async def test_a_raid_made_after_these_moments_is_not_asked_about_when_it_moves(guild: World) -> None:
    event_id = await raid(guild, starts_at=guild.clock.now() + HOUR, minimum=5)
    await guild.first.edits.move(officer(), str(event_id), "today 14:15")
    await guild.run()
    assert guild.discord.asked == []


async def test_without_an_officer_channel_the_leader_is_asked_and_then_the_raids_channel(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    await raid(world, minimum=5, leader_id=LEADER, title="One")
    await raid(world, minimum=5, title="Two")
    await at(world, NEXT_WEEK - HOUR)
    assert sorted(where for where, text in world.discord.asked if "at least" in text) == [LEADER, RAIDS]


async def test_where_discord_refuses_the_next_place_is_asked(guild: World) -> None:
    await raid(guild, minimum=5, leader_id=LEADER)
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    guild.discord.fail("ask_in", Undeliverable("no such channel"))
    guild.discord.fail("ask_leader", Undeliverable("closed"))
    await at(guild, NEXT_WEEK - HOUR)
    assert [where for where, _ in guild.discord.asked] == [RAIDS]


@pytest.mark.parametrize("after", [False, True], ids=["before it is shown", "after it is shown"])
@pytest.mark.parametrize("kind", ["ask_in", "warn_in"])
async def test_a_question_survives_the_death_of_its_worker_once(guild: World, kind: str, after: bool) -> None:
    await raid(guild, minimum=5)
    moment = NEXT_WEEK - (2 * HOUR if kind == "ask_in" else days(1))
    if kind == "ask_in":
        await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'roles.warn'")
    guild.clock.set(moment)
    guild.discord.fail(kind, Killed(), after=after)
    with pytest.raises(Killed):
        await guild.run()
    assert len(guild.discord.asked) == int(after)
    async with guild.worker() as other:
        guild.clock.advance(LEASE)
        await other.queue.run_due()
    assert len(guild.discord.asked) == 1


async def test_two_workers_ask_once(guild: World) -> None:
    await raid(guild, minimum=5)
    async with guild.worker() as other:
        for moment in (NEXT_WEEK - days(1), NEXT_WEEK - 2 * HOUR):
            guild.clock.set(moment)
            await asyncio.gather(guild.first.queue.run_due(), other.queue.run_due())
    assert [where for where, _ in guild.discord.asked] == [OFFICERS, OFFICERS]


# ---------------------------------------------------------------- deciding about the minimum


async def status(world: World, event_id: EventId) -> asyncpg.Record:
    return await world.event(event_id)


async def test_cancelling_is_what_the_command_does(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    await guild.first.alerts.cancel(officer(), event_id, "Too few.")
    row = await status(guild, event_id)
    assert (row["status"], row["cancel_reason"]) == ("CANCELLED", "Too few.")
    assert "sheet.refresh" in await guild.open_actions()
    noted = await guild.pool.fetchrow("SELECT action, actor_discord_id FROM patt.audit WHERE event_id = $1", event_id)
    assert noted is not None
    assert tuple(noted) == ("cancel", officer().user_id)


async def test_keeping_changes_nothing_but_who_decided(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    before = await status(guild, event_id)
    await guild.first.alerts.keep(officer(), event_id)
    assert await status(guild, event_id) == before
    assert await guild.pool.fetchval("SELECT action FROM patt.audit WHERE event_id = $1", event_id) == "keep"


@pytest.mark.parametrize("first", ["cancel", "keep"])
@pytest.mark.parametrize("second", ["cancel", "keep"])
async def test_who_comes_second_hears_who_decided(guild: World, first: str, second: str) -> None:
    event_id = await raid(guild, minimum=5)
    await press(guild, first, officer(), event_id)
    rows = await guild.counts()
    with pytest.raises(DecidedAlready, match=f"<@{officer().user_id}> {first}"):
        await press(guild, second, member(3, is_owner=True), event_id)
    assert await guild.counts() == rows


async def test_two_officers_at_once_are_one_decision(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    async with guild.worker() as other:
        results = await asyncio.gather(
            guild.first.alerts.cancel(officer(), event_id, "Too few."),
            other.alerts.keep(officer(), event_id),
            return_exceptions=True,
        )
    assert sorted(isinstance(one, DecidedAlready) for one in results) == [False, True]


async def test_an_answered_question_is_not_asked(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    await guild.first.alerts.keep(officer(), event_id)
    await at(guild, NEXT_WEEK - HOUR)
    assert not [text for _, text in guild.discord.asked if "at least" in text]


PRESSES = ["cancel", "keep", "call_substitutes"]


async def press(world: World, what: str, actor: Actor, event_id: EventId) -> object:
    desk = world.first.alerts
    if what == "cancel":
        return await desk.cancel(actor, event_id, "Too few.")
    return await (desk.keep if what == "keep" else desk.call_substitutes)(actor, event_id)


@pytest.mark.parametrize("what", PRESSES)
@pytest.mark.parametrize(
    ("actor", "error"),
    [(member(), NotAnOfficer), (officer(guild_id=OTHER_GUILD), UnknownEvent)],
    ids=["a member", "another server's officer"],
)
async def test_whose_it_is_not_changes_nothing(guild: World, what: str, actor: Actor, error: type[Exception]) -> None:
    event_id = await raid(guild, minimum=5)
    before = await guild.counts()
    with pytest.raises(error):
        await press(guild, what, actor, event_id)
    assert await guild.counts() == before


@pytest.mark.parametrize("what", PRESSES)
async def test_a_cancelled_raid_leaves_nothing_to_decide(guild: World, what: str) -> None:
    event_id = await raid(guild, minimum=5)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    with pytest.raises(NothingToDecide):
        await press(guild, what, officer(), event_id)


# ---------------------------------------------------------------- roles that are short


async def test_the_officers_hear_once_which_roles_are_short(guild: World) -> None:
    event_id = await raid(guild)
    await come(
        guild, event_id, (1, Choice.ACCEPTED, HOLY), (2, Choice.ACCEPTED, PROTECTION), (3, Choice.LATE, PROTECTION)
    )
    await at(guild, NEXT_WEEK - days(1) - timedelta(seconds=1))
    assert guild.discord.asked == []
    await at(guild, NEXT_WEEK - days(1))
    await at(guild, NEXT_WEEK)
    ((where, text),) = guild.discord.asked
    assert where == OFFICERS
    assert "Healers **1 of 2**" in text
    assert "Tank" not in text


async def test_nothing_is_said_when_nothing_is_short(guild: World) -> None:
    event_id = await raid(guild)
    picks = (HOLY, HOLY, PROTECTION, PROTECTION)
    await come(guild, event_id, *((number, Choice.ACCEPTED, pick) for number, pick in enumerate(picks, 1)))
    await at(guild, NEXT_WEEK - days(1))
    assert guild.discord.asked == []
    assert await guild.done("roles.warn") == 1


async def test_without_an_officer_channel_the_leader_is_warned_and_nobody_in_public(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    await raid(world, leader_id=LEADER, title="One")
    await raid(world, title="Two")
    await at(world, NEXT_WEEK - days(1))
    assert [where for where, _ in world.discord.asked] == [LEADER]
    assert await world.done("roles.warn") == 2


async def test_the_leader_is_warned_where_discord_refuses_the_officer_channel(guild: World) -> None:
    await raid(guild, leader_id=LEADER)
    guild.discord.fail("warn_in", Undeliverable("no such channel"))
    await at(guild, NEXT_WEEK - days(1))
    assert [where for where, _ in guild.discord.asked] == [LEADER]


async def test_a_raid_made_too_late_for_it_warns_nobody(guild: World) -> None:
    event_id = await raid(guild, day=START.date(), starts_at=START)
    assert await planned(guild, event_id) == {}


async def test_the_bench_and_whoever_could_switch_are_called(guild: World) -> None:
    event_id = await raid(guild)
    await come(
        guild,
        event_id,
        (1, Choice.ACCEPTED, HOLY),  # heals already
        (2, Choice.ACCEPTED, PROTECTION),
        (3, Choice.ACCEPTED, PROTECTION),
        (4, Choice.ACCEPTED, FIRE),  # offers to heal
        (5, Choice.ACCEPTED, FIRE),  # has a healer of theirs
        (6, Choice.ACCEPTED, FIRE),  # neither
        (7, Choice.BENCH, FIRE),
        (8, Choice.ABSENCE, HOLY),
        (9, Choice.ACCEPTED, FIRE),  # whose mage is a healer's twin
    )
    await guild.pool.execute(
        "UPDATE patt.raid_attendance SET offers = '{Priest/Holy}' WHERE player_id = $1", await player(guild, 4)
    )
    await character(guild, await player(guild, 5), *HOLY)
    await guild.pool.execute(
        "UPDATE guild_identity.wow_characters SET offers = '{Druid/Restoration}' WHERE player_id = $1",
        await player(guild, 9),
    )
    called = await guild.first.alerts.call_substitutes(officer(), event_id)
    assert called.people == 4
    await guild.run()
    assert guild.discord.called == [[member(number).user_id for number in (7, 4, 5, 9)]]


async def player(world: World, number: int) -> int:
    return await world.pool.fetchval(
        "SELECT id FROM guild_identity.players WHERE display_name = $1", f"Member {number}"
    )


async def character(world: World, player_id: int, class_name: str, spec_name: str, game: str = "wow") -> None:
    """A further character of somebody."""
    await world.pool.execute(
        """
        INSERT INTO guild_identity.wow_characters (player_id, game, name, class_id, spec_id)
        SELECT $1, $4, 'Twink', class.id, spec.id FROM guild_identity.classes class
        JOIN guild_identity.specializations spec ON spec.class_id = class.id AND spec.name = $3
        WHERE class.name = $2 AND class.game = 'wow'
        """,
        player_id,
        class_name,
        spec_name,
        game,
    )


async def test_they_are_asked_once_a_raid(guild: World) -> None:
    event_id = await raid(guild)
    await come(guild, event_id, (7, Choice.BENCH, None))
    await guild.first.alerts.call_substitutes(officer(), event_id)
    await guild.run()
    with pytest.raises(DecidedAlready, match=f"<@{officer().user_id}> asked them already"):
        await guild.first.alerts.call_substitutes(officer(), event_id)
    await guild.run()
    assert len(guild.discord.called) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before it is shown", "after it is shown"])
async def test_a_call_survives_the_death_of_its_worker_once(guild: World, after: bool) -> None:
    event_id = await raid(guild)
    await come(guild, event_id, (7, Choice.BENCH, None))
    await guild.pass_time(timedelta(seconds=1))
    await guild.first.alerts.call_substitutes(officer(), event_id)
    guild.discord.fail("ask_substitutes", Killed(), after=after)
    with pytest.raises(Killed):
        await guild.run()
    async with guild.worker() as other:
        guild.clock.advance(LEASE)
        await other.queue.run_due()
    assert len(guild.discord.called) == 1


async def test_nobody_to_ask_uses_nothing_up(guild: World) -> None:
    event_id = await raid(guild)
    before = await guild.counts()
    with pytest.raises(NobodyToAsk):
        await guild.first.alerts.call_substitutes(officer(), event_id)
    assert await guild.counts() == before
    await come(guild, event_id, (7, Choice.BENCH, None))
    assert (await guild.first.alerts.call_substitutes(officer(), event_id)).people == 1


async def test_nobody_is_asked_for_a_full_roster(guild: World) -> None:
    event_id = await raid(guild)
    picks = (HOLY, HOLY, PROTECTION, PROTECTION)
    await come(guild, event_id, *((number, Choice.ACCEPTED, pick) for number, pick in enumerate(picks, 1)))
    await come(guild, event_id, (7, Choice.BENCH, None))
    with pytest.raises(NothingIsShort):
        await guild.first.alerts.call_substitutes(officer(), event_id)


async def test_a_raid_cancelled_meanwhile_calls_nobody(guild: World) -> None:
    event_id = await raid(guild)
    await come(guild, event_id, (7, Choice.BENCH, None))
    await guild.first.alerts.call_substitutes(officer(), event_id)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await guild.run()
    assert guild.discord.called == []


async def test_what_was_said_stays_bounded_by_the_raid(guild: World) -> None:
    event_id = await raid(guild, minimum=5)
    await at(guild, NEXT_WEEK - HOUR)
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.alerts WHERE event_id = $1", event_id) == 2
    await guild.pool.execute("DELETE FROM patt.raid_events WHERE id = $1", event_id)
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.alerts") == 0


# ---------------------------------------------------------------- after an officer's edit


async def test_an_edited_and_a_moved_raid_is_planned_anew(guild: World) -> None:
    event = await guild.first.raids.create(officer(), RaidWish(title="Heroic", when="2026-12-02 19:00"))
    edits = guild.first.edits
    await edits.edit(officer(), str(event.id), EditWish(minimum="4", deadline="3h"))
    await guild.pass_time(timedelta(seconds=1))  # the edit's own redraw
    assert await planned(guild, event.id) == {
        "sheet.refresh": NEXT_WEEK - 3 * HOUR,
        "roles.warn": NEXT_WEEK - days(1),
        "minimum.ask": NEXT_WEEK - 3 * HOUR,
    }
    await edits.move(officer(), str(event.id), "2026-12-03 19:00")
    moments = await guild.pool.fetch("SELECT kind, due_at - $1::timestamptz FROM patt.scheduled_actions", NEXT_WEEK)
    later = {("sheet.refresh", days(1) - 3 * HOUR), ("minimum.ask", days(1) - 3 * HOUR), ("roles.warn", days(0))}
    assert later <= {tuple(row) for row in moments}
