"""Facts about the installation, and who did what to a raid."""

from bot.domain.ids import UserId
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, NOW, new_event


async def test_a_fact_is_read_as_it_was_last_put(tx: Session) -> None:
    assert await tx.state.get("commands") is None
    for value in ({"digest": "a"}, {"digest": "b", "more": ["ü", None, 1.5]}):
        await tx.state.put("commands", value)
        assert await tx.state.get("commands") == value
    assert await tx.state.get("other") is None


async def test_an_interaction_is_taken_once_and_forgotten_after_an_hour(tx: Session) -> None:
    minute = 60_000 << 22
    now = 400 * 24 * 60 * minute
    assert [await tx.state.take_interaction(one) for one in (now, now, now + 1)] == [True, False, True]
    assert not await tx.state.take_interaction(now)
    assert await tx.state.take_interaction(now + 59 * minute)
    assert not await tx.state.take_interaction(now)
    assert await tx.state.take_interaction(now + 61 * minute)
    assert await tx.state.take_interaction(now)


async def test_a_note_says_who_did_what_when(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
        await tx.audit.note(GUILD, event_id, UserId(7), "cancel", NOW, reason="Größe", count=2)
        await tx.audit.note(GUILD, None, UserId(7), "setup", NOW)
    [one, other] = await pool.fetch("SELECT * FROM patt.audit ORDER BY id")
    assert (one["event_id"], one["actor_discord_id"], one["action"], one["at"]) == (event_id, 7, "cancel", NOW)
    assert one["details"] == {"reason": "Größe", "count": 2}
    assert (other["event_id"], other["details"]) == (None, {})


async def test_the_trail_of_a_raid_goes_with_it(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
        await tx.audit.note(GUILD, event_id, UserId(7), "create", NOW)
    await pool.execute("DELETE FROM patt.raid_events")
    assert await pool.fetchval("SELECT count(*) FROM patt.audit") == 0
