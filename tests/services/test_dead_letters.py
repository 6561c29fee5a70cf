"""Dead letters: officers of their server see what was given up, retry it or discard it."""

from dataclasses import replace

import pytest

from bot.domain.action import Action
from bot.domain.ids import ActionId
from bot.domain.permissions import NotAnOfficer
from bot.services.dead_letters import SHOWN, DeadLetters, LetterGone
from bot.services.messenger import Undeliverable
from db.dead_letters import DeadLetter
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import NOW, OTHER_GUILD, member, new_event, officer
from tests.services.queue_work import SECOND, Work, named

STRANGER = replace(officer(), guild_id=OTHER_GUILD)


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


@pytest.fixture
def letters(work: Work) -> DeadLetters:
    return DeadLetters(work.db, work.clock)


async def give_up(work: Work, *names: str, **changes: object) -> None:
    """Each ends as a dead letter, a second after the one before."""

    async def refuse(_action: Action) -> None:
        raise Undeliverable("Missing Access")

    work.act = refuse
    for name in names:
        await work.enqueue(named(name, name, due_at=work.clock.now(), **changes))
        await work.queue.run_due()
        work.clock.advance(SECOND)
    work.act = None


async def shown(letters: DeadLetters) -> list[DeadLetter]:
    return list((await letters.show(officer())).letters)


async def trail(work: Work) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await work.pool.fetch("SELECT action, event_id, details FROM patt.audit ORDER BY id")]


async def test_what_was_given_up_is_shown_with_its_raid_error_and_moment(work: Work, letters: DeadLetters) -> None:
    async with work.db.transaction() as tx:
        event_id = await tx.events.add(new_event(title="Heroic"))
    await work.enqueue(named("open", due_at=NOW + 99 * SECOND))
    await give_up(work, "first")
    await give_up(work, "second", event_id=event_id)
    second, first = await shown(letters)
    assert (second.kind, second.event_id, second.title) == ("sheet.refresh", event_id, "Heroic")
    assert (second.error, second.since, second.attempts) == ("Missing Access", NOW + SECOND, 1)
    assert (first.event_id, first.title, first.since) == (None, None, NOW)


async def test_of_many_the_latest_are_shown_and_all_counted(work: Work, letters: DeadLetters) -> None:
    await work.enqueue(*(named(str(number)) for number in range(SHOWN + 5)))
    bury = "UPDATE patt.scheduled_actions SET dead = TRUE, dead_since = $1::timestamptz + id * $2::interval"
    await work.pool.execute(bury, NOW, SECOND)
    found = await letters.show(officer())
    assert (len(found.letters), found.total) == (SHOWN, SHOWN + 5)
    assert found.letters[0].since > found.letters[-1].since


async def test_what_is_retried_is_done_at_once_and_knows_that_it_was_tried_before(
    work: Work, letters: DeadLetters
) -> None:
    await give_up(work, "again")
    [letter] = await shown(letters)
    work.db.work.clear()
    assert await letters.retry(officer(), letter.id) == letter
    assert work.db.work.is_set()
    await work.queue.run_due()
    assert (work.done, work.seen[-1].attempts) == (["again"], 2)
    assert work.seen[-1].nonce == work.seen[0].nonce
    assert await shown(letters) == []
    assert await trail(work) == [("letter.retry", None, {"kind": "sheet.refresh", "error": "Missing Access"})]


async def test_retrying_what_is_under_way_again_only_forgets_the_letter(work: Work, letters: DeadLetters) -> None:
    await give_up(work, "sheet", dedupe="sheet:1")
    [letter] = await shown(letters)
    await work.enqueue(named("fresh", dedupe="sheet:1"))
    await letters.retry(officer(), letter.id)
    await work.queue.run_due()
    assert work.done == ["fresh"]
    assert (await work.rows(), await shown(letters)) == ([], [])


async def test_what_is_discarded_is_gone_and_on_record(work: Work, letters: DeadLetters) -> None:
    await give_up(work, "never mind", "another")
    _, letter = await shown(letters)
    await letters.discard(officer(), letter.id)
    await work.queue.run_due()
    assert work.done == []
    assert len(await shown(letters)) == 1
    assert [action for action, *_ in await trail(work)] == ["letter.discard"]


@pytest.mark.parametrize("what", ["retry", "discard"])
async def test_what_is_no_dead_letter_of_the_server_is_refused(work: Work, letters: DeadLetters, what: str) -> None:
    await give_up(work, "sheet")
    await work.enqueue(named("open", "open", due_at=NOW + 99 * SECOND))
    [letter] = await shown(letters)
    alive = ActionId((await work.rows())[-1]["id"])
    use = getattr(letters, what)
    for actor, action_id, error in (
        (member(), letter.id, NotAnOfficer),
        (STRANGER, letter.id, LetterGone),
        (officer(), alive, LetterGone),
        (officer(), ActionId(0), LetterGone),
    ):
        with pytest.raises(error):
            await use(actor, action_id)
    assert len(await work.rows()) == 2
    assert await trail(work) == []
    await use(officer(), letter.id)
    with pytest.raises(LetterGone):
        await use(officer(), letter.id)


async def test_only_officers_see_their_own_servers_letters(work: Work, letters: DeadLetters) -> None:
    await give_up(work, "sheet")
    with pytest.raises(NotAnOfficer):
        await letters.show(member())
    assert (await letters.show(STRANGER)).total == 0
