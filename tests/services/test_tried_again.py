"""What was given up and an officer has tried again through `/raid health`: done once, whatever had happened before."""

from datetime import timedelta

import pytest

from bot.domain.action import Kind
from bot.domain.event import SheetKind
from bot.domain.ids import ActionId
from bot.services.dead_letters import DeadLetters, LetterGone
from bot.services.messenger import Undeliverable
from bot.services.raids import RaidWish
from sandbox.raid_helper import faults
from tests.factories import RAIDS, START, officer
from tests.services.world import World

BOOKING_TIME = START + timedelta(minutes=12)
LATER = timedelta(hours=1)
"""When Discord has long forgotten a nonce."""
LOST = TimeoutError()


def letters(world: World) -> DeadLetters:
    return DeadLetters(world.first.db, world.clock)


async def given_up(world: World, kind: Kind) -> ActionId:
    """The one letter of that kind."""
    [letter] = [one for one in (await letters(world).show(officer())).letters if one.kind == kind]
    return letter.id


async def tried_again(world: World, kind: Kind) -> None:
    """An officer presses `Retry` an hour later, and has it done."""
    letter = await given_up(world, kind)
    world.clock.advance(LATER)
    await letters(world).retry(officer(), letter)
    await world.run()


async def booked(world: World) -> None:
    await world.weekly()
    await world.look(BOOKING_TIME)


async def state(world: World) -> str:
    [row] = await world.successors()
    return row["booking_state"]


# ---------------------------------------------------------------- announcing next week's raid


async def test_an_announcement_refused_for_good_is_made_once_when_it_is_tried_again(guild: World) -> None:
    guild.discord.fail("announce_booking", Undeliverable("Missing Access"))
    await booked(guild)
    assert (await state(guild), guild.discord.said) == ("created", [])
    letter = await given_up(guild, Kind.ANNOUNCE)
    guild.clock.advance(LATER)
    await letters(guild).retry(officer(), letter)
    with pytest.raises(LetterGone):
        await letters(guild).retry(officer(), letter)
    await guild.run()
    await guild.pass_time(LATER)
    assert (await state(guild), len(guild.discord.said)) == ("announced", 1)
    assert (await letters(guild).show(officer())).total == 0


async def test_an_announcement_tried_again_in_vain_is_a_letter_again(guild: World) -> None:
    guild.discord.fail("announce_booking", Undeliverable("Missing Access"), times=2)
    await booked(guild)
    await tried_again(guild, Kind.ANNOUNCE)
    assert (await state(guild), guild.discord.said) == ("created", [])
    await tried_again(guild, Kind.ANNOUNCE)
    assert (await state(guild), len(guild.discord.said)) == ("announced", 1)


async def test_an_announcement_that_stood_already_is_not_made_again(guild: World) -> None:
    """Its answer got lost, and looking for it was refused until an officer gave the permission."""
    guild.discord.fail("announce_booking", LOST, after=True)
    guild.discord.fail("look", Undeliverable("Missing Access"))
    await booked(guild)
    await guild.recover()
    assert len(guild.discord.said) == 1
    await tried_again(guild, Kind.ANNOUNCE)
    assert (await state(guild), len(guild.discord.said)) == ("announced", 1)


# ---------------------------------------------------------------- a raid's sheet


async def raid(world: World) -> None:
    """A raid whose sheet is posted, and the answer to that lost."""
    world.discord.fail("post_sheet", LOST, after=True)
    world.discord.may_look = False
    await world.first.raids.create(officer(), RaidWish(title="Heroic", when="wed 20:00", channel_id=RAIDS))
    await world.run()
    world.clock.advance(LATER)  # the bot was down meanwhile
    await world.run()
    assert len(world.discord.sheets) == 1


async def test_a_sheet_that_stands_already_is_found_when_muster_may_look(guild: World) -> None:
    await raid(guild)
    guild.discord.may_look = True
    await tried_again(guild, Kind.POST_SHEET)
    [event_id] = {sheet.event.id for sheet in guild.discord.sheets}
    [(place, message)] = guild.discord.standing(event_id)
    row = await guild.event(event_id)
    assert (row["discord_channel_id"], row["discord_message_id"]) == (place, message)


async def test_where_muster_may_not_look_it_is_the_officers_word_that_nothing_stands(guild: World) -> None:
    await raid(guild)
    [(_, message)] = guild.discord.standing(guild.discord.sheets[0].event.id)
    await guild.discord.delete_message(RAIDS, message)  # they have looked, and taken it away
    await tried_again(guild, Kind.POST_SHEET)
    assert len(guild.discord.standing(guild.discord.sheets[0].event.id)) == 1
    assert (await letters(guild).show(officer())).total == 0


async def test_their_word_counts_once(guild: World) -> None:
    """What happens to the message it brought is not known to them."""
    await raid(guild)
    guild.discord.fail("post_sheet", LOST, after=True)
    await tried_again(guild, Kind.POST_SHEET)
    await guild.pass_time(LATER)
    assert len(guild.discord.sheets) == 2
    assert await given_up(guild, Kind.POST_SHEET)


# ---------------------------------------------------------------- when the raid is over


async def test_of_a_raid_that_is_over_no_sheet_is_posted(guild: World) -> None:
    guild.discord.fail("post_sheet", Undeliverable("Missing Access"))
    await guild.first.raids.create(officer(), RaidWish(title="Heroic", when="today 20:00", channel_id=RAIDS))
    await guild.run()
    guild.clock.advance(timedelta(days=1))
    await tried_again(guild, Kind.POST_SHEET)
    assert guild.discord.sheets == []
    assert (await letters(guild).show(officer())).total == 0


async def test_a_raid_that_is_over_is_not_announced(guild: World) -> None:
    guild.discord.fail("announce_booking", Undeliverable("Missing Access"))
    await booked(guild)
    guild.clock.advance(timedelta(days=8))
    await tried_again(guild, Kind.ANNOUNCE)
    assert guild.discord.said == []


async def test_a_raid_that_is_over_is_not_made_on_raid_helper(guild: World) -> None:
    """Raid-Helper was away, then the bot for more than a week."""
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.server_error(503), times=3)
    await guild.look(BOOKING_TIME)
    guild.clock.advance(timedelta(days=8))
    for _ in range(3):
        await guild.recover()
    assert (guild.raid_helper.events, guild.discord.said) == ({}, [])
