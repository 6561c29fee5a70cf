"""Answers in the database: who comes, as what, in which order."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.auto_invite import Candidate, Invitation
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.roster import SignUp, Tier
from bot.domain.sign_up import Pick
from bot.domain.template import Choice
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, NOW, OTHER_GUILD, member, new_event

SECOND = timedelta(seconds=1)


async def known(tx: Session, number: int = 1) -> PlayerId:
    return (await tx.players.register(member(number), "wow")).id


def answer(player_id: PlayerId, choice: Choice = Choice.ACCEPTED, **changes: object) -> SignUp:
    usual = SignUp(SignUpId(0), player_id, "", None, choice, NOW, class_name="Paladin", spec_name="Holy")
    return replace(usual, **changes)


async def write(tx: Session, event_id: EventId, *answers: SignUp) -> None:
    await tx.clicks.write({event_id: answers}, {})


@pytest.mark.parametrize("choice", list(Choice))
async def test_an_answer_is_read_as_it_was_written(tx: Session, pool: Pool, choice: Choice) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx)
    written = answer(player_id, choice, tier=Tier.PRIORITY, slot=3)
    await write(tx, event_id, written)
    [found] = await tx.sign_ups.of(event_id)
    who = {"id": found.id, "name": "Member 1", "user_id": member(1).user_id}
    assert found == replace(written, **who)


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
    await tx.clicks.write({}, {event_id: [leaving]})
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


async def test_a_click_finds_its_raid_and_person_only_in_its_own_server(tx: Session) -> None:
    event_id, player_id = await tx.events.add(new_event()), await known(tx, 1)
    strangers = [(member(2), event_id), (member(1, guild_id=OTHER_GUILD), event_id), (member(1), EventId(999))]
    found = await tx.clicks.lock([(member(1), event_id), *strangers], wait=True)
    assert [one and (one.event.id, one.player and one.player.id) for one in found] == [
        (event_id, player_id),
        (event_id, None),
        None,
        None,
    ]


async def test_a_row_somebody_holds_is_passed_over_by_whoever_does_not_wait(db: Database) -> None:
    async with db.transaction() as tx:
        free, held = await tx.events.add(new_event()), await tx.events.add(new_event())
    clicks = [(member(1), free), (member(1), held), (member(2), held)]
    async with db.transaction() as holder:
        assert await holder.events.lock(GUILD, held)
        async with db.transaction() as tx:
            found = await tx.clicks.lock(clicks, wait=False)
            assert [one and one.event.id for one in found] == [free, None, None]
    async with db.transaction() as tx:
        found = await tx.clicks.lock(clicks, wait=False)
        assert [one and one.event.id for one in found] == [free, held, held]


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
