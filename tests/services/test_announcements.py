"""What officers say about a raid out loud: durable, once, in the thread while there is one."""

from datetime import timedelta

import pytest

from bot.domain.action import Kind, NewAction
from bot.domain.event import UnknownEvent
from bot.domain.ids import ChannelId
from bot.domain.officer_rules import RaidIsCancelled
from bot.domain.permissions import NotAnOfficer
from bot.domain.setting import SERVER
from bot.domain.template import Choice
from bot.render import alert_texts, health_texts
from bot.services.announcements import BadAnnouncement, NoChannel
from bot.services.messenger import Undeliverable
from bot.services.queue import MISSED
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, RAIDS, START, member, officer
from tests.services.news import setting
from tests.services.world import World

HOLY = ("Paladin", "Holy")
THREAD = ChannelId(777_777_777)


async def test_it_is_said_once_though_the_answer_is_lost(guild: World) -> None:
    event_id = await guild.raid()
    guild.beside.fail("announce", OSError("reset by peer"), after=True, times=2)
    await guild.first.announcements.announce(officer(), str(event_id), " Bring flasks! ", ring=False)
    await guild.run()
    await guild.recover()
    assert guild.beside.said == [(RAIDS, "Bring flasks!", [])]


async def test_whoever_has_a_seat_when_it_is_said_is_rung(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    for number in (1, 2):
        await guild.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
    await guild.first.announcements.announce(officer(), str(event_id), "Invites!", ring=True)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await guild.run()
    assert guild.beside.said == [(RAIDS, "Invites!", [member(2).user_id])]


@pytest.mark.parametrize("gone", [False, True])
async def test_it_is_said_in_the_thread_and_without_it_in_the_channel(guild: World, gone: bool) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET discord_thread_id = $1", THREAD)
    if gone:
        guild.beside.fail("announce", Undeliverable("Unknown Channel"))
    await guild.first.announcements.announce(officer(), str(event_id), "Invites!", ring=False)
    await guild.run()
    # The recorder knows the nonce from the thread; Discord keeps nonces by channel.
    assert [channel for channel, _, _ in guild.beside.said] == [RAIDS if gone else THREAD]


async def test_of_a_raid_cancelled_meanwhile_nothing_is_said(guild: World) -> None:
    event_id = await guild.raid()
    await guild.first.announcements.announce(officer(), str(event_id), "Invites!", ring=True)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await guild.pass_time(timedelta(seconds=1))
    assert guild.beside.said == []


async def test_what_could_not_be_said_before_the_raid_was_over_is_not_said(guild: World) -> None:
    event_id = await guild.raid()
    guild.beside.fail("announce", OSError("reset by peer"), times=4)
    guild.clock.set(START)
    await guild.first.announcements.announce(officer(), str(event_id), "Invites!", ring=True)
    await guild.run()
    await guild.pass_time((await guild.event(event_id))["end_time_utc"] - START)
    assert (guild.beside.said, await guild.open_actions()) == ([], [])


@pytest.mark.parametrize("text", ["", "   ", "x" * 1501])
async def test_an_announcement_has_a_length(guild: World, text: str) -> None:
    event_id = await guild.raid()
    with pytest.raises(BadAnnouncement):
        await guild.first.announcements.announce(officer(), str(event_id), text, ring=False)
    assert "raid.say" not in await guild.open_actions()


async def test_it_is_refused_where_it_makes_no_sense(guild: World) -> None:
    event_id = str(await guild.raid())
    say = guild.first.announcements.announce
    with pytest.raises(NotAnOfficer):
        await say(member(), event_id, "hi", ring=False)
    with pytest.raises(UnknownEvent):
        await say(officer(guild_id=OTHER_GUILD), event_id, "hi", ring=False)
    await guild.pool.execute("UPDATE patt.raid_events SET discord_channel_id = NULL")
    with pytest.raises(NoChannel):
        await say(officer(), event_id, "hi", ring=False)
    await guild.first.raids.cancel(officer(), event_id, None, delete=False)
    with pytest.raises(RaidIsCancelled):
        await say(officer(), event_id, "hi", ring=False)


@pytest.mark.parametrize("reachable", [True, False])
async def test_what_could_not_be_said_is_told_to_the_officers_else_to_the_leader(guild: World, reachable: bool) -> None:
    await setting(guild, "officer_channel", str(OFFICERS))
    event_id = await guild.raid(leader_id=officer().user_id)
    guild.beside.fail("announce", Undeliverable("Missing Access"))
    if not reachable:
        guild.discord.fail("tell_officers", Undeliverable("Unknown Channel"))
    await guild.first.announcements.announce(officer(), str(event_id), "Invites!", ring=False)
    await guild.run()
    assert guild.discord.warned == [(OFFICERS if reachable else None, event_id, Kind.SAY)]
    assert (await guild.event(event_id))["booking_error"] is None


async def test_of_many_that_fail_together_the_officers_hear_once_and_of_the_next_again(guild: World) -> None:
    await setting(guild, "officer_channel", str(OFFICERS))
    event_id = await guild.raid()
    guild.clock.set(START + timedelta(days=3))
    for _ in range(2):
        failing = [NewAction(GUILD, Kind.ARCHIVE, f"lane {n}", guild.clock.now(), event_id) for n in range(5)]
        await guild.pool.execute("UPDATE patt.raid_events SET status = 'COMPLETED'")
        async with guild.first.db.transaction() as tx:
            await tx.settings.put(GUILD, SERVER, {"archive": "repost"})
            await tx.actions.enqueue(*failing)
        await guild.run()
        await guild.pass_time(timedelta(minutes=1))
    assert guild.discord.warned == [(OFFICERS, event_id, Kind.ARCHIVE)] * 2


def test_there_are_words_for_everything_that_is_said_to_be_given_up() -> None:
    assert set(MISSED) == set(alert_texts.GIVEN_UP)
    assert set(MISSED) <= set(health_texts.GAVE_UP)
