"""`/raid create`: what is posted, what is stored, what is offered while typing, and who may."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import discord
import pytest
from raid_stage import FRIDAY, NOON, Stage, event_id, is_refusal

from sandbox.discord.hand import Hand
from sandbox.discord.words import walk

Who = Callable[[Stage], Hand]
EVENT = "SELECT * FROM patt.raid_events WHERE id = $1"


def with_permission(**permissions: bool) -> Who:
    def joins(stage: Stage) -> Hand:
        role = stage.local.discord.add_role(stage.guild, "Some", permissions=discord.Permissions(**permissions))
        return stage.joins("Sigrun", roles=[role])

    return joins


async def test_the_sheet_is_posted_and_the_officer_told(stage: Stage) -> None:
    answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
    assert answer.ephemeral
    assert f"**Heroic** is planned for <t:{int(FRIDAY.timestamp())}:F>" in answer.text
    assert f"<#{stage.raids.id}>" in answer.text
    await stage.local.settle()
    [sheet] = stage.local.discord.messages(stage.raids)
    [embed] = sheet.embeds
    assert "Heroic" in embed["title"]
    assert f"<@{stage.officer.actor.id}>" in embed["description"]
    assert f"<t:{int(FRIDAY.timestamp())}:F> · <t:{int(FRIDAY.timestamp())}:R>" in embed["description"]
    assert f"`{event_id(sheet)}`" in answer.text
    assert not sheet.pings


async def test_the_buttons_stand_in_their_order(stage: Stage) -> None:
    sheet = await stage.raid()
    rows = [[button["label"] for button in row["components"]] for row in sheet.components]
    assert rows == [["Sign up", "Late", "Tentative", "Bench", "Absence"], ["My sign-up"]]
    ids = [one["custom_id"] for one in walk(sheet.components) if one["type"] == 2]
    assert all(f":{event_id(sheet)}:" in one for one in ids)


async def test_what_is_stored(stage: Stage) -> None:
    sheet = await stage.raid()
    stored = await stage.row(EVENT, event_id(sheet))
    assert stored["guild_discord_id"] == stage.guild.id
    assert stored["start_time_utc"] == FRIDAY
    assert stored["end_time_utc"] == FRIDAY + timedelta(hours=3)
    assert stored["discord_message_id"] == sheet.id
    assert stored["discord_channel_id"] == stage.raids.id
    assert stored["created_by"] == stored["leader_discord_id"] == stage.officer.actor.id
    assert await stage.value("SELECT action FROM patt.audit WHERE event_id = $1", stored["id"]) == "create"


async def test_every_option_counts(stage: Stage) -> None:
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "party")
    sheet = await stage.raid(
        title="Quiz night",
        when="2026-12-01 20:00",
        duration="90",
        template="plain",
        channel=elsewhere,
        description="Bring snacks",
        limit=4,
        deadline="24h",
    )
    start = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
    stored = await stage.row(EVENT, event_id(sheet))
    assert (stored["start_time_utc"], stored["end_time_utc"]) == (start, start + timedelta(minutes=90))
    assert stored["deadline_utc"] == start - timedelta(hours=24)
    assert stored["total_limit"] == 4
    text = sheet.embeds[0]["description"]
    assert "Bring snacks" in text
    assert "0/4" in text
    assert f"Sign up until <t:{int((start - timedelta(hours=24)).timestamp())}:f>" in text
    assert [one["label"] for one in walk(sheet.components) if one["type"] == 2] == [
        "Yes",
        "Tentative",
        "No",
        "My sign-up",
    ]


async def test_without_a_raid_channel_it_stands_where_it_was_typed(new_server: Stage) -> None:
    await new_server.owner.in_channel(new_server.officers).slash("raid create", title="Heroic", when="tomorrow 8pm")
    await new_server.local.settle()
    [sheet] = new_server.local.discord.messages(new_server.officers)
    start = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
    assert (await new_server.row(EVENT, event_id(sheet)))["start_time_utc"] == start  # no zone set: UTC


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda stage: stage.owner, id="owner"),
        pytest.param(lambda stage: stage.officer, id="officer role"),
        pytest.param(with_permission(administrator=True), id="administrator"),
        pytest.param(with_permission(manage_guild=True), id="manage server"),
    ],
)
async def test_who_may(stage: Stage, who: Who) -> None:
    answer = await who(stage).slash("raid create", title="Heroic", when="fri 20:00")
    assert "is planned for" in answer.text


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda stage: stage.member, id="member"),
        pytest.param(with_permission(manage_events=True, manage_messages=True), id="other permissions"),
    ],
)
async def test_who_may_not(stage: Stage, who: Who) -> None:
    before = await stage.rows()
    answer = await who(stage).slash("raid create", title="Heroic", when="fri 20:00")
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.rows() == before


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ({"send_messages": True}, ["Send Messages"]),
        ({"embed_links": True, "send_messages": True}, ["Send Messages", "Embed Links"]),
        ({"view_channel": True}, ["View Channel"]),
    ],
)
@pytest.mark.parametrize("command", ["raid create", "raid series add"])
async def test_missing_permissions_are_named_before_anything_is_stored(
    stage: Stage, command: str, denied: dict[str, bool], named: list[str]
) -> None:
    me = stage.local.discord.bot_member(stage.guild)
    denials = {me: (0, discord.Permissions(**denied))}
    shut = stage.local.discord.add_text_channel(stage.guild, "shut", overwrites=denials)
    at = {"when": "fri 20:00"} if command == "raid create" else {"weekday": "Friday", "time": "20:00"}
    before = await stage.rows()
    answer = await stage.officer.slash(command, title="Heroic", channel=shut, **at)
    assert is_refusal(answer)
    assert all(f"**{permission}**" in answer.text for permission in named)
    assert await stage.rows() == before


async def test_when_shows_what_was_understood_and_sends_the_moment(stage: Stage) -> None:
    [choice] = await stage.officer.autocomplete("raid create", "when", typed="fri 20:00")
    assert choice.name == "Fri 27 Nov 2026, 20:00 CET · in 2 days"
    sheet = await stage.raid(when=choice.value)
    assert (await stage.row(EVENT, event_id(sheet)))["start_time_utc"] == FRIDAY


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("yesterdayish", "I cannot read that time"),
        ("2020-01-01 20:00", "already passed"),
        ("2031-01-01 20:00", "more than two years ahead"),
        ("1/12 20:00", "Day or month first"),
        ("thu 2026-11-27 20:00", "another weekday"),
    ],
)
async def test_when_says_while_typing_what_it_cannot_read(stage: Stage, typed: str, said: str) -> None:
    [choice] = await stage.officer.autocomplete("raid create", "when", typed=typed)
    assert said in choice.name
    assert choice.name.endswith(".")  # the whole sentence: a choice shows 100 characters
    assert choice.value == typed


async def test_nothing_typed_yet_offers_no_time(stage: Stage) -> None:
    assert await stage.officer.autocomplete("raid create", "when", typed=" ") == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("", ["plain", "wow-retail"]), ("warcraft", ["wow-retail"]), ("PLAIN", ["plain"]), ("any game", ["plain"])],
)
async def test_templates_are_offered_by_title_and_name(stage: Stage, typed: str, offered: list[str]) -> None:
    choices = await stage.officer.autocomplete("raid create", "template", typed=typed)
    found = [choice.value for choice in choices]
    assert set(offered) <= set(found)
    assert typed == "" or all(one.startswith(offered[0].partition("-")[0]) for one in found)


async def test_no_more_than_25_templates_are_offered(stage: Stage) -> None:
    await stage.local.db.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        SELECT $1, 'own-' || n, '{"title": "Our own"}', n::text FROM generate_series(1, 30) n
        """,
        stage.guild.id,
    )
    assert len(await stage.officer.autocomplete("raid create", "template", typed="own")) == 25


async def test_another_servers_templates_are_not_offered(stage: Stage, night_off: Stage) -> None:
    await stage.local.db.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        VALUES ($1, 'secret', '{"title": "Secret"}', 'x')
        """,
        night_off.guild.id,
    )
    assert [one.value for one in await night_off.owner.autocomplete("raid create", "template", "sec")] == ["secret"]
    assert await stage.officer.autocomplete("raid create", "template", "sec") == []
    answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", template="secret")
    assert "no such template" in answer.text


async def test_two_raids_at_once_have_a_sheet_each(stage: Stage) -> None:
    first, second = await stage.raid(title="One"), await stage.raid(title="Two")
    assert event_id(first) != event_id(second)
    assert len(stage.local.discord.messages(stage.raids)) == 2


async def test_the_deadline_is_counted_from_the_start(stage: Stage) -> None:
    answer = await stage.officer.slash("raid create", title="Heroic", when="in 2 hours", deadline="3h")
    assert "already passed" in answer.text
    sheet = await stage.raid(when="in 2 hours", deadline="90m")
    assert (await stage.row(EVENT, event_id(sheet)))["deadline_utc"] == NOON + timedelta(minutes=30)


async def test_raid_helper_without_a_key_is_refused(stage: Stage) -> None:
    before = await stage.rows()
    answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", sheet="raid-helper")
    assert is_refusal(answer)
    assert "/raidhelper connect" in answer.text
    assert await stage.rows() == before
