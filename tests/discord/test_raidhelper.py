"""`/raidhelper connect` and `disconnect`: the key goes through a modal and is seen nowhere else."""

import asyncio

import discord
import pytest
from raid_stage import FRIDAY, SECOND, Stage, is_refusal, reference

from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.resolving import Impossible
from sandbox.local import running_bot
from sandbox.raid_helper import faults

KEY = "made-up-key-of-the-night-watch-0123456789"
STORED = "SELECT raid_helper_api_key FROM common.discord_config WHERE guild_discord_id = $1"


@pytest.fixture(autouse=True)
def raid_helper_knows_the_server(stage: Stage) -> None:
    stage.local.raid_helper.servers[stage.guild.id] = KEY


async def connect(stage: Stage, key: str = KEY, *, by: Hand | None = None) -> Answer:
    hand = by or stage.owner
    return await hand.submit(await hand.slash("raidhelper connect"), {"key": key})


async def test_connecting_asks_in_a_modal_and_says_what_holds(stage: Stage) -> None:
    opened = await stage.owner.slash("raidhelper connect")
    assert (opened.kind, opened.title) == ("modal", "Connect Raid-Helper")
    told = await stage.owner.submit(opened, {"key": KEY})
    assert told.ephemeral
    assert "Raid-Helper is connected" in told.text
    assert "Raid-Helper: connected" in (await stage.owner.slash("raid setup")).text


async def test_the_key_is_stored_encrypted_and_shown_nowhere(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("INFO", logger="discord")  # as `bot.log` does: the library's DEBUG repeats every payload
    told = await connect(stage)
    stored = await stage.value(STORED, stage.guild.id)
    assert stored
    for shown in (told.text, stored, str(stage.local.discord.transcript), caplog.text):
        assert KEY not in shown


async def test_a_wrong_key_is_refused_and_not_stored(stage: Stage) -> None:
    told = await connect(stage, "another-made-up-key")
    assert is_refusal(told)
    assert "does not accept this server's API key" in told.text
    assert await stage.value(STORED, stage.guild.id) is None


async def test_a_wrong_key_leaves_the_right_one(stage: Stage) -> None:
    await connect(stage)
    before = await stage.value(STORED, stage.guild.id)
    await connect(stage, "another-made-up-key")
    assert await stage.value(STORED, stage.guild.id) == before


async def let_retries_happen(stage: Stage, told: Answer) -> None:
    """Turn the clock for the client's pauses, once the member sees that the bot is thinking."""
    await told.until(lambda seen: seen.interaction.callback is not None)
    while not told.interaction.settled.is_set():
        stage.local.clock.advance(SECOND)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.server_error(), "does not answer right now"),
        (faults.rate_limit("header", "30"), "takes no more requests"),
        (faults.drop_before_commit(), "Raid-Helper"),
        (faults.redirect("http://127.0.0.1:9/"), "is not its API"),
        (faults.odd_body("text"), "cannot read"),
    ],
)
async def test_an_ailing_raid_helper_is_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: faults.Fault, said: str
) -> None:
    stage.local.raid_helper.fail("*", fault, times=20)
    monkeypatch.setattr("bot.answers.PATIENCE", 0.05)
    hand = stage.owner
    told = await hand.submit(await hand.slash("raidhelper connect"), {"key": KEY}, wait=False)
    await let_retries_happen(stage, told)
    assert is_refusal(told)
    assert said in told.text
    assert await stage.value(STORED, stage.guild.id) is None


async def test_disconnecting_forgets_the_key(stage: Stage) -> None:
    await connect(stage)
    told = await stage.owner.slash("raidhelper disconnect")
    assert told.ephemeral
    assert "its key forgotten" in told.text
    assert await stage.value(STORED, stage.guild.id) is None


async def test_manage_server_may(stage: Stage) -> None:
    role = stage.local.discord.add_role(stage.guild, "Lead", permissions=discord.Permissions(manage_guild=True))
    assert "is connected" in (await connect(stage, by=stage.joins("Sigrun", roles=[role]))).text


@pytest.mark.parametrize("command", ["raidhelper connect", "raidhelper disconnect"])
async def test_members_and_officers_may_not(stage: Stage, command: str) -> None:
    await connect(stage)
    before = await stage.value(STORED, stage.guild.id)
    for hand in (stage.member, stage.officer):
        with pytest.raises(Impossible):
            await hand.slash(command)  # Discord does not show it to them
        told = await hand.slash(command, force=True)  # until the server's settings do
        assert is_refusal(told)
        assert "Manage Server" in told.text
    assert await stage.value(STORED, stage.guild.id) == before


async def test_a_form_opened_before_a_restart_is_answered(stage: Stage) -> None:
    opened = await stage.owner.slash("raidhelper connect")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        told = await stage.owner.submit(opened, {"key": KEY})
    assert told.ephemeral
    assert "again" in told.text
    assert await stage.value(STORED, stage.guild.id) is None


async def test_a_broken_database_is_answered(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    opened = await stage.owner.slash("raidhelper connect")
    await stage.local.db.execute("ALTER TABLE common.discord_config RENAME TO elsewhere")
    told = await stage.owner.submit(opened, {"key": KEY})
    assert reference(told) in caplog.text
    assert KEY not in caplog.text


# ---------------------------------------------------------------- raids there


@pytest.fixture
async def connected(stage: Stage) -> Stage:
    """The key is stored, and Raid-Helper knows the officer as a leader."""
    stage.local.raid_helper.meet(stage.officer.actor.id, "Orin")
    await connect(stage)
    return stage


async def test_a_raid_there_is_posted_there_and_cancelled_there(connected: Stage) -> None:
    told = await connected.officer.slash("raid create", title="Heroic", when="fri 20:00", sheet="raid-helper")
    assert "Raid-Helper posts its sheet" in told.text
    await connected.local.settle()
    [(event_id, event)] = connected.local.raid_helper.events.items()
    assert (event["title"], event["leaderId"]) == ("Heroic", str(connected.officer.actor.id))
    assert event["startTime"] == int(FRIDAY.timestamp())
    assert connected.posts() == []  # no sheet of ours
    assert f"/{connected.raids.id}/{event_id}" in (await connected.member.slash("raid list")).text
    await connected.officer.slash("raid cancel", event="Heroic")
    await connected.local.settle()
    assert connected.local.raid_helper.events == {}


async def test_a_raid_is_native_unless_it_is_asked_for_there(connected: Stage) -> None:
    await connected.raid()
    assert connected.local.raid_helper.events == {}


async def test_a_series_is_there_unless_it_is_asked_for_natively(connected: Stage) -> None:
    for title, sheet in (("There", None), ("Here", "native")):
        await connected.officer.slash("raid series add", title=title, weekday="fri", time="20:00", sheet=sheet)
    await connected.local.settle()
    assert [event["title"] for event in connected.local.raid_helper.events.values()] == ["There"]
    assert len(connected.posts()) == 1


async def test_a_raid_waits_there_while_raid_helper_is_down(connected: Stage) -> None:
    connected.local.raid_helper.fail("create", faults.server_error(), times=3)
    await connected.officer.slash("raid create", title="Heroic", when="fri 20:00", sheet="raid-helper")
    await connected.local.settle()
    for _ in range(5):
        await connected.local.pass_time(120 * SECOND)
    assert [event["title"] for event in connected.local.raid_helper.events.values()] == ["Heroic"]


async def test_the_stored_key_can_be_tried_at_any_time(stage: Stage) -> None:
    assert "no Raid-Helper key yet" in (await stage.owner.slash("raidhelper test")).text
    await connect(stage)
    told = await stage.owner.slash("raidhelper test")
    assert "accepts this server's key" in told.text
    assert "About 999 of the 1000 requests" in told.text
    stage.local.raid_helper.servers[stage.guild.id] = "a-refreshed-key"
    told = await stage.owner.slash("raidhelper test")
    assert is_refusal(told)
    assert "does not accept this server's API key" in told.text
    assert is_refusal(await stage.member.slash("raidhelper test", force=True))


# ---------------------------------------------------------------- taking over what stands there


async def stands_there(stage: Stage, title: str = "Molten Core") -> str:
    """An event that the officer made with Raid-Helper's own command, for Friday; its id."""
    await stage.officer.slash("raid create", title=title, when="fri 20:00", sheet="raid-helper")
    await stage.local.settle()
    await stage.local.db.execute("DELETE FROM patt.raid_events")  # Muster never heard of it
    return next(event_id for event_id, one in stage.local.raid_helper.events.items() if one["title"] == title)


async def test_an_event_is_picked_from_the_list_and_taken_over(connected: Stage) -> None:
    event_id = await stands_there(connected)
    await connected.local.raid_helper.sign_up_in_discord(event_id, connected.member.actor.id, "Bench")
    offered = await connected.owner.autocomplete("raidhelper import", "event", "molten")
    assert [(one.name, one.value) for one in offered] == [
        ("Molten Core · Fri 27 Nov 2026, 20:00 CET · in 2 days", event_id)
    ]
    told = await connected.owner.slash("raidhelper import", event=event_id)
    assert told.ephemeral
    assert "**Molten Core**" in told.text
    assert "1 answer of its sheet" in told.text
    assert f"/{connected.raids.id}/{event_id}" in told.text
    assert f"/{connected.raids.id}/{event_id}" in (await connected.member.slash("raid list")).text
    assert await connected.owner.autocomplete("raidhelper import", "event", "molten") == []


async def test_everything_is_taken_over_when_no_event_is_named(connected: Stage) -> None:
    await stands_there(connected)
    assert "1 event of Raid-Helper became raids here" in (await connected.owner.slash("raidhelper import")).text
    assert "is a raid here already" in (await connected.owner.slash("raidhelper import")).text


async def test_a_series_wants_an_event(connected: Stage) -> None:
    told = await connected.owner.slash("raidhelper import", series="Weekly")
    assert is_refusal(told)
    assert "which event" in told.text


async def test_members_may_not_take_over(connected: Stage) -> None:
    event_id = await stands_there(connected)
    assert is_refusal(await connected.member.slash("raidhelper import", event=event_id, force=True))
    assert await connected.value("SELECT count(*) FROM patt.raid_events") == 0


async def test_without_a_key_the_list_says_so(stage: Stage) -> None:
    [offered] = await stage.owner.autocomplete("raidhelper import", "event", "x")
    assert "no Raid-Helper key yet" in offered.name
    assert is_refusal(await stage.owner.slash("raidhelper import"))
