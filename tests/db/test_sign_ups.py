"""Answers in the database: who comes, as what, in which order."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from bot.domain.action import Fate, Kind, NewAction, Settled
from bot.domain.auto_invite import Candidate, Invitation
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.roster import SignUp, Tier
from bot.domain.sign_up import Pick
from bot.domain.template import Choice
from db import Database, Session
from db.clicks import SheetChange, Version
from db.migrate import MIGRATIONS, migrate
from db.pool import Pool, open_pool
from tests.factories import GUILD, NOW, OTHER_GUILD, START, member, new_action, new_event
from tests.services.world import blocked

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=90)


async def known(tx: Session, number: int = 1) -> PlayerId:
    return (await tx.players.register(member(number), "wow")).id


def answer(player_id: PlayerId, choice: Choice = Choice.ACCEPTED, **changes: object) -> SignUp:
    usual = SignUp(SignUpId(0), player_id, "", None, choice, NOW, class_name="Paladin", spec_name="Holy")
    return replace(usual, **changes)


async def write(tx: Session, event_id: EventId, *answers: SignUp) -> None:
    await take(tx, event_id, answers)


async def take(tx: Session, event_id: EventId, answers: Sequence[SignUp] = (), gone: Sequence[PlayerId] = ()) -> None:
    [found] = await tx.clicks.look([(member(1), event_id)])
    assert found
    assert await tx.clicks.write({event_id: SheetChange(found.version, answers, gone)})


@pytest.mark.parametrize("choice", list(Choice))
@pytest.mark.parametrize("count", [1, 3], ids=["alone", "among others"])
async def test_an_answer_is_read_as_it_was_written(tx: Session, choice: Choice, count: int) -> None:
    event_id, written = await tx.events.add(new_event()), list[SignUp]()
    for number in range(1, count + 1):
        player_id = await known(tx, number)
        character_id = await tx.characters.add(player_id, "wow", f"Bruna {number}", Pick("Mage", "Fire"))
        more = {"arrives_at": NOW + SECOND, "offers": ("Mage/Fire", 'Täuscher/"{,}'), "character_id": character_id}
        written.append(answer(player_id, choice, tier=Tier.PRIORITY, slot=number, **more))
    await write(tx, event_id, *written)
    found = sorted(await tx.sign_ups.of(event_id), key=lambda one: one.id)
    who = [{"id": one.id, "name": f"Member {n}", "user_id": member(n).user_id} for n, one in enumerate(found, 1)]
    assert found == [replace(one, **its) for one, its in zip(written, who, strict=True)]


async def test_one_seat_a_person_the_last_answer_counts(tx: Session) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx)
    await write(tx, event_id, answer(player_id))
    await write(tx, event_id, answer(player_id, Choice.LATE, signed_at=NOW + SECOND))
    assert [(one.choice, one.signed_at) for one in await tx.sign_ups.of(event_id)] == [(Choice.LATE, NOW + SECOND)]


async def test_the_database_itself_keeps_one_seat_a_person(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id, player_id = await tx.events.add(new_event()), await known(tx)
    insert = "INSERT INTO patt.raid_attendance (event_id, player_id) VALUES ($1, $2)"
    await pool.execute(insert, event_id, player_id)
    with pytest.raises(asyncpg.UniqueViolationError, match="raid_attendance_one_seat"):
        await pool.execute(insert, event_id, player_id)


async def test_a_withdrawn_answer_is_gone_and_the_others_stay(tx: Session) -> None:
    event_id, leaving, staying = await tx.events.add(new_event()), await known(tx, 1), await known(tx, 2)
    await write(tx, event_id, answer(leaving), answer(staying))
    await take(tx, event_id, gone=[leaving])
    assert [one.player_id for one in await tx.sign_ups.of(event_id)] == [staying]


async def test_each_raid_has_its_own_answers(tx: Session) -> None:
    events = [await tx.events.add(new_event()) for _ in range(3)]
    first, second = await known(tx, 1), await known(tx, 2)
    await write(tx, events[0], answer(first), answer(second))
    await write(tx, events[1], answer(second))
    found = await tx.sign_ups.of_all(events)
    assert {event_id: sorted(one.player_id for one in answers) for event_id, answers in found.items()} == {
        events[0]: [first, second],
        events[1]: [second],
        events[2]: [],
    }


@pytest.mark.parametrize("how", ["look", "lock"])
async def test_a_click_finds_its_raid_and_person_only_in_its_own_server(tx: Session, how: str) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx, 1)
    strangers = [(member(2), event_id), (member(1, guild_id=OTHER_GUILD), event_id), (member(1), EventId(999))]
    found = await getattr(tx.clicks, how)([(member(1), event_id), *strangers])
    assert [one and (one.event.id, one.player and one.player.id) for one in found] == [
        (event_id, player_id),
        (event_id, None),
        None,
        None,
    ]


REFUSED = {
    "raid_attendance": ("status = 'maybe'", "source = 'hand'", "tier = 3", "tier = -1", "status = ''"),
    "raid_events": (
        "status = 'OVER'",
        "sheet = 'paper'",
        "booking_state = 'done'",
        "minimum = 0",
        "total_limit = 0",
        "total_limit = -1",
    ),
}
TAKEN = (
    "UPDATE patt.raid_events SET booking_state = NULL, minimum = NULL, total_limit = NULL",
    "UPDATE patt.raid_events SET minimum = 1, total_limit = 1, booking_state = 'created', status = 'ARCHIVED'",
    "UPDATE patt.raid_attendance SET tier = 0, source = 'raid-helper', status = 'absence'",
)


@pytest.mark.parametrize(
    ("table", "change"), [(table, change) for table, changes in REFUSED.items() for change in changes]
)
async def test_what_no_answer_and_no_raid_can_be_is_refused_by_hand_too(tx: Session, table: str, change: str) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx)
    await write(tx, event_id, answer(player_id))
    for taken in TAKEN:
        await tx.connection.execute(taken)
    with pytest.raises(asyncpg.CheckViolationError):
        await tx.connection.execute(f"UPDATE patt.{table} SET {change}")  # noqa: S608 - the table above


ANSWERED = "UPDATE patt.raid_attendance SET "
WRITES = {
    "an answer": (ANSWERED + "status = 'late'", True),
    "a note": (ANSWERED + "note = 'ill'", True),
    "the very same answer": (ANSWERED + "status = status", True),
    "one more": ("INSERT INTO patt.raid_attendance (event_id, player_id) SELECT {event}, {other}", True),
    "one less": ("DELETE FROM patt.raid_attendance", True),
    "a player who goes": ("DELETE FROM guild_identity.players", True),
    "a character that goes": ("DELETE FROM guild_identity.wow_characters", True),
    "an answer that moves away": (ANSWERED + "event_id = {elsewhere} WHERE event_id = {event}", True),
    "an answer that moves here": (ANSWERED + "event_id = {event} WHERE event_id = {elsewhere}", True),
    "a player who leaves": ("UPDATE guild_identity.players SET left_at = now()", True),
    "somebody else who leaves": ("UPDATE guild_identity.players SET left_at = now() WHERE id = {other}", False),
    "a player's new Discord user": ("UPDATE guild_identity.players SET discord_user_id = NULL", True),
    "a Discord user who goes": ("DELETE FROM guild_identity.discord_users", True),
    "the raid": ("UPDATE patt.raid_events SET title = 'Another'", True),
    "who came": (ANSWERED + "attended = TRUE, minutes = 180", False),
    "another's answer": ("INSERT INTO patt.raid_attendance (event_id, player_id) VALUES ({elsewhere}, {other})", False),
    "a player's name": ("UPDATE guild_identity.players SET display_name = 'Else'", False),
}


@pytest.mark.parametrize(("statement", "moves"), WRITES.values(), ids=WRITES)
async def test_a_sheets_version_says_whether_somebody_wrote(
    db: Database, pool: Pool, statement: str, moves: bool
) -> None:
    async with db.transaction() as tx:
        event_id, elsewhere = await tx.events.add(new_event()), await tx.events.add(new_event())
        player_id, other, third = [await known(tx, number) for number in (1, 2, 3)]
        character_id = await tx.characters.add(player_id, "wow", "Bruna", Pick("Mage", "Fire"))
        await write(tx, event_id, answer(player_id, character_id=character_id))
        await write(tx, elsewhere, answer(third))
    before = await version(db, event_id)
    assert await version(db, event_id) == before
    await pool.execute(statement.format(event=event_id, elsewhere=elsewhere, other=other))
    after = await version(db, event_id)
    assert (after != before) is moves
    async with db.statements() as tx:
        stale = SheetChange(before, [answer(other, Choice.BENCH)] if moves else [], [])
        assert bool(await tx.clicks.write({event_id: stale})) is not moves
    bench = "SELECT count(*) FROM patt.raid_attendance WHERE status = 'bench'"
    assert await pool.fetchval(bench) == 0


async def version(db: Database, event_id: EventId) -> Version:
    async with db.statements() as tx:
        [found] = await tx.clicks.look([(member(9), event_id)])
    assert found
    return found.version


async def test_a_sheet_somebody_holds_is_left_as_it_is_and_the_others_are_written(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        free, held = await tx.events.add(new_event()), await tx.events.add(new_event())
        player_id = await known(tx)
    changes = {one: SheetChange(await version(db, one), [answer(player_id)], []) for one in (held, free)}
    redraws = [NewAction(GUILD, Kind.REFRESH_SHEET, "lane", NOW, one) for one in (held, free)]
    async with db.transaction() as holder:
        assert await holder.events.lock(GUILD, held)
        async with db.statements() as tx:
            written = await tx.clicks.write(changes, redraws)
    [found] = await pool.fetch("SELECT event_id, id FROM patt.raid_attendance")
    assert {event_id: one.ids for event_id, one in written.items()} == {free: {player_id: found["id"]}}
    assert [row["event_id"] for row in await pool.fetch("SELECT event_id FROM patt.scheduled_actions")] == [free]
    assert written[free].version == await version(db, free)
    async with db.statements() as tx:
        assert held in await tx.clicks.write({held: changes[held]})


@pytest.mark.parametrize(("table", "times"), [("sheet_versions", 1), ("raid_events", 0)])
async def test_a_crowd_moves_its_sheets_version_once_and_leaves_the_raid_alone(
    db: Database, pool: Pool, table: str, times: int
) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
        players = [await known(tx, number) for number in range(1, 31)]
    updates = f"SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = '{table}'"  # noqa: S608 - the test's own
    before = await settled(pool, updates)
    async with db.statements() as tx:
        change = SheetChange(await version(db, event_id), [answer(one) for one in players], [])
        await tx.clicks.write({event_id: change})
    assert await settled(pool, updates) == before + times


@pytest.fixture
async def before(empty_dsn: str, tmp_path: Path) -> str:
    """A database in which a sheet has no version of its own yet, with a raid."""
    for one in MIGRATIONS.glob("*.sql"):
        if one.name < "0015":
            (tmp_path / one.name).write_bytes(one.read_bytes())
    await migrate(empty_dsn, tmp_path)
    async with await open_pool(empty_dsn) as pool:
        await pool.execute(RAID, GUILD, START.date(), START)
    return empty_dsn


RAID = """
    INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc)
    VALUES ($1, 'Heroic', $2, $3, $3)
"""


async def test_who_is_at_work_when_sheets_get_versions_of_their_own_ends_first(before: str) -> None:
    async with await open_pool(before) as pool:
        async with pool.acquire() as old, old.transaction():
            await old.execute("SELECT FROM patt.raid_events FOR UPDATE")
            migrating = asyncio.create_task(migrate(before))
            await blocked(pool, migrating)
            await old.execute(RAID, GUILD, START.date(), START)
        await migrating
        assert await pool.fetchval("SELECT count(*) FROM patt.sheet_versions") == 2


async def test_raids_from_before_a_sheet_had_a_version_of_its_own_take_answers(before: str) -> None:
    await migrate(before)
    async with await open_pool(before) as pool:
        db = Database(pool)
        event_id = EventId(await pool.fetchval("SELECT id FROM patt.raid_events"))
        async with db.statements() as tx:
            change = SheetChange(await version(db, event_id), [answer(await known(tx, 1))], [])
            assert event_id in await tx.clicks.write({event_id: change})


async def test_a_raid_written_twice_in_one_transaction_moves_its_sheets_version_once(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
    places: list[object] = []
    async with pool.acquire() as officer, officer.transaction():
        for change in ("title = title", "title = 'Mythic'", "closed = TRUE"):
            await officer.execute(f"UPDATE patt.raid_events SET {change}")  # noqa: S608 - the line above
            places.append(await officer.fetchval("SELECT ctid FROM patt.sheet_versions WHERE event_id = $1", event_id))
    assert len({*places}) == 1


async def test_whoever_leaves_is_written_down_while_somebody_holds_a_sheet_of_theirs(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id, player_id = await tx.events.add(new_event()), await known(tx)
        await write(tx, event_id, answer(player_id))
    async with db.transaction() as tx, pool.acquire() as hand, hand.transaction():
        await tx.events.lock(GUILD, event_id)
        await hand.execute("SET LOCAL lock_timeout = '2s'")
        await hand.execute("UPDATE guild_identity.players SET left_at = now()")


async def settled(pool: Pool, count: str) -> int:
    """A figure of the statistics, once every connection has said what it did."""
    for connection in [await pool.acquire() for _ in range(pool.get_size())]:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        await pool.release(connection)
    return await pool.fetchval(count)


def invitation(player_id: PlayerId, choice: Choice) -> Invitation:
    candidate = Candidate(
        player_id,
        user_id=None,
        name="",
        rank_level=2,
        auto_invite=True,
        away=False,
        character_id=None,
        class_name="Mage",
        spec_name="Fire",
    )
    return Invitation(candidate, choice)


@pytest.mark.parametrize("choice", list(Choice))
async def test_pre_filled_answers_carry_their_source(db: Database, pool: Pool, choice: Choice) -> None:
    async with db.transaction() as tx:
        event_id, player_id = await tx.events.add(new_event()), await known(tx)
        await tx.sign_ups.pre_fill(event_id, [invitation(player_id, choice)], NOW)
    [row] = await pool.fetch("SELECT * FROM patt.raid_attendance")
    assert (row["source"], row["status"], row["signed_up"]) == ("auto", choice.value, choice is Choice.ACCEPTED)
    assert (row["class_name"], row["spec_name"], row["signed_at"]) == ("Mage", "Fire", NOW)


async def test_a_pre_filled_answer_offers_what_its_character_does(tx: Session) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx)
    character_id = await tx.characters.add(player_id, "wow", "Bruna", Pick("Mage", "Fire"))
    await tx.characters.remember_offers(character_id, ["Mage/Frost", "Paladin/Holy"])
    invited = invitation(player_id, Choice.ACCEPTED)
    candidate = replace(invited.candidate, character_id=character_id)
    await tx.sign_ups.pre_fill(event_id, [replace(invited, candidate=candidate)], NOW)
    [found] = await tx.sign_ups.of(event_id)
    assert (found.character_id, found.offers) == (character_id, ("Mage/Frost", "Paladin/Holy"))


async def test_pre_filling_leaves_an_answer_that_stands_alone(tx: Session) -> None:
    event_id, own, new = await tx.events.add(new_event()), await known(tx, 1), await known(tx, 2)
    await write(tx, event_id, answer(own, Choice.ABSENCE))
    invitations = [invitation(one, Choice.ACCEPTED) for one in (own, new)]
    for _ in range(2):
        await tx.sign_ups.pre_fill(event_id, invitations, NOW)
    found = {one.player_id: one.choice for one in await tx.sign_ups.of(event_id)}
    assert found == {own: Choice.ABSENCE, new: Choice.ACCEPTED}


async def test_pre_filling_nobody(tx: Session) -> None:
    event_id = await tx.events.add(new_event())
    await tx.sign_ups.pre_fill(event_id, [], NOW)
    assert await tx.sign_ups.of(event_id) == []


@pytest.mark.parametrize(
    ("columns", "values", "status"),
    [
        ("signed_up", "TRUE", "accepted"),
        ("signed_up", "FALSE", "tentative"),
        ("source", "'auto'", "accepted"),
        ("signed_up, status", "FALSE, 'bench'", "bench"),
    ],
)
async def test_a_row_written_as_the_origin_does_gets_its_status(
    db: Database, pool: Pool, columns: str, values: str, status: str
) -> None:
    async with db.transaction() as tx:
        event_id, player_id = await tx.events.add(new_event()), await known(tx)
    insert = f"INSERT INTO patt.raid_attendance (event_id, player_id, {columns}) VALUES ($1, $2, {values})"  # noqa: S608 - the table above
    await pool.execute(insert, event_id, player_id)
    assert await pool.fetchval("SELECT status FROM patt.raid_attendance") == status


async def test_answers_go_with_their_raid(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id, player_id = await tx.events.add(new_event()), await known(tx)
        await write(tx, event_id, answer(player_id))
    await pool.execute("DELETE FROM patt.raid_events")
    assert await pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 0


REDRAW = new_action(kind=Kind.REFRESH_SHEET, dedupe="sheet.refresh:1")


async def redraw_waits(tx: Session) -> tuple[SheetChange, NewAction]:
    """A raid whose redraw waits, and an answer for its sheet."""
    event_id = await tx.events.add(new_event())
    redraw = replace(REDRAW, event_id=event_id)
    [found] = await tx.clicks.look([(member(1), event_id)])
    assert found
    await tx.actions.enqueue(redraw)
    return SheetChange(found.version, [answer(await known(tx))], []), redraw


async def test_a_redraw_that_waits_is_left_as_it_is_and_waits_until_the_answer_is_committed(
    db: Database, pool: Pool
) -> None:
    async with db.transaction() as tx:
        change, redraw = await redraw_waits(tx)
    assert redraw.event_id
    async with db.transaction() as tx:
        written = await tx.clicks.write({redraw.event_id: change}, [redraw], awaited=True)
        assert written[redraw.event_id].redraw_at == NOW
        async with db.transaction() as queue:
            assert await queue.actions.claim(NOW, LEASE, most=9) == []
        db.work.clear()
    assert db.work.soonest == NOW  # whoever has just passed over it looks again
    async with db.transaction() as queue:
        [claimed] = await queue.actions.claim(NOW, LEASE, most=9)
    assert claimed.version == 0
    assert await pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patt.scheduled_actions SET claimed_until = now()",
        "UPDATE patt.scheduled_actions SET dead = TRUE",
        "DELETE FROM patt.scheduled_actions",
        "UPDATE patt.scheduled_actions SET dedupe_key = 'another'",
    ],
    ids=["begun with", "given up", "done", "another"],
)
@pytest.mark.parametrize("committed", [True, False], ids=["before", "meanwhile"])
async def test_a_sheet_whose_redraw_does_not_wait_any_more_is_left_as_it_is(
    db: Database, pool: Pool, statement: str, committed: bool
) -> None:
    async with db.transaction() as tx:
        change, redraw = await redraw_waits(tx)
    assert redraw.event_id
    async with pool.acquire() as connection:
        under_way = connection.transaction()
        await under_way.start()
        await connection.execute(statement)
        if committed:
            await under_way.commit()
        async with db.statements() as tx:
            assert await tx.clicks.write({redraw.event_id: change}, [redraw], awaited=True) == {}
        if not committed:
            await under_way.rollback()
    assert await pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 0


async def test_a_redraw_that_is_being_made_is_asked_for_again_and_waits_for_nobody(db: Database) -> None:
    async with db.transaction() as tx:
        change, redraw = await redraw_waits(tx)
        [claimed] = await tx.actions.claim(NOW, LEASE, most=9)
    assert redraw.event_id
    async with db.statements() as tx:
        written = await tx.clicks.write({redraw.event_id: change}, [redraw])
        assert written[redraw.event_id].redraw_at is None
        await tx.actions.settle([Settled(claimed, Fate.DONE, "drawn", NOW + SECOND)], NOW, wait=True)
        [again] = await tx.actions.claim(NOW + SECOND, LEASE, most=9)
    assert again.version == claimed.version + 1


async def test_who_had_begun_a_redraw_that_waits_again_does_not_end_it(db: Database) -> None:
    """They held it too long; what they drew may lack an answer that has left the redraw as it is."""
    async with db.transaction() as tx:
        change, redraw = await redraw_waits(tx)
        [slow] = await tx.actions.claim(NOW, LEASE, most=9)
        assert await tx.actions.free(NOW + LEASE, LEASE) == 1
    assert redraw.event_id
    async with db.statements() as tx:
        assert await tx.clicks.write({redraw.event_id: change}, [redraw], awaited=True)
        assert await tx.actions.settle([Settled(slow, Fate.DONE, "drawn", NOW)], NOW, wait=True) == set()
        assert await tx.actions.claim(NOW + LEASE, LEASE, most=9)


async def test_the_redraw_is_told_from_what_else_is_enqueued(db: Database) -> None:
    async with db.transaction() as tx:
        change, redraw = await redraw_waits(tx)
    assert redraw.event_id
    other = replace(redraw, kind=Kind.TELL_MEMBER, due_at=NOW + SECOND, dedupe=None)
    async with db.statements() as tx:
        written = await tx.clicks.write({redraw.event_id: change}, [redraw, other])
    assert written[redraw.event_id].redraw_at == NOW


async def test_of_several_sheets_those_are_written_whose_redraw_waits_still(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        player_id = await known(tx)
        events = [await tx.events.add(new_event()) for _ in range(3)]
        found = await tx.clicks.look([(member(1), event_id) for event_id in events])
        redraws = [
            replace(REDRAW, event_id=event_id, dedupe=f"sheet.refresh:{event_id}", due_at=NOW + number * SECOND)
            for number, event_id in enumerate(events)
        ]
        await tx.actions.enqueue(*redraws)
        await tx.actions.claim(NOW, LEASE, most=9)
    changes = {one.event.id: SheetChange(one.version, [answer(player_id)], []) for one in found if one}
    async with db.statements() as tx:
        written = await tx.clicks.write(changes, redraws, awaited=True)
    assert {event_id: one.redraw_at for event_id, one in written.items()} == {
        events[1]: NOW + SECOND,
        events[2]: NOW + 2 * SECOND,
    }
    stand = await pool.fetch("SELECT event_id FROM patt.raid_attendance ORDER BY event_id")
    assert [row["event_id"] for row in stand] == events[1:]


async def test_an_answer_given_again_is_written_whole_and_is_its_members_own(db: Database, pool: Pool) -> None:
    columns = "id, status, signed_up, source, tier, slot, signed_at, arrives_at"
    async with db.transaction() as tx:
        event_id, own = await tx.events.add(new_event()), answer(await known(tx))
        await write(tx, event_id, own)
    await pool.execute("UPDATE patt.raid_attendance SET source = 'officer'")
    given = SignUpId(await pool.fetchval("SELECT id FROM patt.raid_attendance"))
    at = NOW + SECOND
    again = replace(own, id=given, choice=Choice.ABSENCE, tier=Tier(1), slot=7, signed_at=at, arrives_at=at)
    async with db.transaction() as tx:
        await write(tx, event_id, again)
    row = await pool.fetchrow(f"SELECT {columns} FROM patt.raid_attendance")  # noqa: S608 - names from above
    assert row is not None
    assert tuple(row) == (given, "absence", False, "self", 1, 7, at, at)
