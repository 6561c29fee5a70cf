"""Comps in the database: places, what people said about them, and where the comp stands."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.comp import Comp, Slot
from bot.domain.ids import EventId, MessageId, UserId
from db import Session
from tests.factories import NOW, member, new_event


async def slot(tx: Session, number: int, group: int, place: int) -> Slot:
    """The place of the member of that number."""
    known = await tx.players.register(member(number), "wow")
    return Slot(known.id, f"Member {number}", member(number).user_id, group, place)


async def seated(tx: Session, people: int = 3) -> tuple[EventId, Sequence[Slot]]:
    """A raid with a comp of so many people in the first group."""
    event_id = await tx.events.add(new_event())
    slots = [await slot(tx, number, 1, number) for number in range(1, people + 1)]
    await tx.comps.put(event_id, slots)
    return event_id, slots


async def stored(tx: Session, event_id: EventId) -> Comp:
    found = await tx.comps.of(event_id)
    assert found is not None
    return found


async def test_a_raid_has_no_comp_at_first(tx: Session) -> None:
    assert await tx.comps.of(await tx.events.add(new_event())) is None


async def test_places_are_read_as_they_were_written(tx: Session) -> None:
    event_id, slots = await seated(tx)
    assert await tx.comps.of(event_id) == Comp(tuple(slots))


async def test_somebody_without_discord_has_a_place_too(tx: Session) -> None:
    event_id, _ = await seated(tx, 1)
    person = await tx.people.write_down(new_event().guild_id, "Paper")
    await tx.comps.put(event_id, [Slot(person.id, "Paper", None, 2, 1)])
    assert (await stored(tx, event_id)).slots == (Slot(person.id, "Paper", None, 2, 1),)


async def test_two_may_swap_their_places(tx: Session) -> None:
    event_id, (first, second, third) = await seated(tx)
    swapped = [replace(first, number=2), replace(second, number=1), third]
    await tx.comps.put(event_id, swapped)
    assert set((await stored(tx, event_id)).slots) == set(swapped)


async def test_who_is_not_among_the_places_is_out(tx: Session) -> None:
    event_id, (first, *_) = await seated(tx)
    await tx.comps.put(event_id, [first])
    assert (await stored(tx, event_id)).slots == (first,)
    await tx.comps.put(event_id, [])
    assert (await stored(tx, event_id)).slots == ()


async def test_what_people_said_stays_with_them(tx: Session) -> None:
    event_id, (first, second, third) = await seated(tx)
    await tx.comps.say(event_id, first.player_id, confirmed=True)
    await tx.comps.say(event_id, second.player_id, confirmed=False)
    await tx.comps.decline_told(event_id, second.player_id)
    said = (replace(first, confirmed=True), replace(second, confirmed=False, decline_told=True), third)
    assert (await stored(tx, event_id)).slots == said
    await tx.comps.put(event_id, said)
    assert (await stored(tx, event_id)).slots == said


async def test_a_published_comp_remembers_its_message_and_what_it_said(tx: Session) -> None:
    event_id, _ = await seated(tx)
    await tx.comps.publish(event_id, NOW)
    await tx.comps.stands(event_id, MessageId(5), {UserId(7): 2})
    published = await stored(tx, event_id)
    assert (published.published, published.message_id, published.told) == (True, 5, {7: 2})
    await tx.comps.stands(event_id, None)
    assert (await stored(tx, event_id)).told == {7: 2}
    await tx.comps.publish(event_id, None)
    withdrawn = await stored(tx, event_id)
    assert (withdrawn.published, withdrawn.told) == (False, {})


async def test_publishing_again_forgets_nothing(tx: Session) -> None:
    event_id, _ = await seated(tx)
    await tx.comps.publish(event_id, NOW)
    await tx.comps.stands(event_id, MessageId(5), {UserId(7): 2})
    await tx.comps.publish(event_id, NOW)
    assert (await stored(tx, event_id)).told == {7: 2}


async def test_a_comp_is_its_raids_own(tx: Session) -> None:
    event_id, slots = await seated(tx)
    other_id, _ = await seated(tx)
    await tx.comps.put(other_id, [])
    assert (await stored(tx, event_id)).slots == tuple(slots)
