"""`/raid setup` and the settings that come of it."""

from collections.abc import Callable

import discord
import pytest
from raid_stage import Stage, is_refusal, reference

from sandbox.discord.hand import Hand

CONFIG = "SELECT * FROM common.discord_config WHERE guild_discord_id = $1"
Who = Callable[[Stage], Hand]


def with_permission(**permissions: bool) -> Who:
    def joins(stage: Stage) -> Hand:
        role = stage.local.discord.add_role(stage.guild, "Some", permissions=discord.Permissions(**permissions))
        return stage.joins("Sigrun", roles=[role])

    return joins


async def test_everything_in_one_go(new_server: Stage) -> None:
    answer = await new_server.set_up(timezone="berlin", officer_channel=new_server.officers)
    assert answer.ephemeral
    for said in (f"Raid channel: <#{new_server.raids.id}>", "Europe/Berlin", f"<@&{new_server.officer_role.id}>"):
        assert said in answer.text
    assert f"Officer channel: <#{new_server.officers.id}>" in answer.text
    stored = await new_server.row(CONFIG, new_server.guild.id)
    assert stored["raid_channel_id"] == new_server.raids.id
    assert stored["officer_channel_id"] == new_server.officers.id
    assert stored["officer_role_ids"] == [new_server.officer_role.id]
    assert stored["timezone"] == "Europe/Berlin"


async def test_what_is_left_out_stays(stage: Stage) -> None:
    other = stage.local.discord.add_text_channel(stage.guild, "sheets")
    answer = await stage.owner.slash("raid setup", channel=other)
    assert f"<#{other.id}>" in answer.text
    assert "Europe/Berlin" in answer.text
    assert f"<@&{stage.officer_role.id}>" in answer.text


async def test_with_an_option_it_shows_all_that_holds(stage: Stage) -> None:
    before = await stage.row(CONFIG, stage.guild.id)
    answer = await stage.owner.slash("raid setup", timezone="Europe/Berlin")
    assert f"<#{stage.raids.id}>" in answer.text
    assert "Raid-Helper: not connected" in answer.text
    assert await stage.row(CONFIG, stage.guild.id) == before


async def test_everyone_is_a_role_that_everybody_has(stage: Stage) -> None:
    everyone = stage.guild.roles[stage.guild.id]
    await stage.set_up(officer_role=everyone)
    assert "is planned for" in (await stage.member.slash("raid create", title="Heroic", when="fri 20:00")).text
    await stage.local.settle()
    await stage.owner.slash("settings server", setting="allowed_roles", value=everyone.mention)
    sheet = await stage.raid(template="plain")
    await stage.member.click(sheet, "Yes")
    await stage.owner.slash("settings server", setting="allowed_roles", value="none")
    await stage.owner.slash("settings server", setting="banned_roles", value=everyone.mention)
    other = await stage.raid(template="plain", title="Closed")
    await stage.member.click(other, "Yes")
    await stage.redraw()
    assert "Mira" in str(sheet.embeds)
    assert "Mira" not in str(other.embeds)


async def test_everyone_is_never_a_role_that_goes_first(stage: Stage) -> None:
    everyone = stage.guild.roles[stage.guild.id]
    core = stage.local.discord.add_role(stage.guild, "Core")
    told = await stage.owner.slash(
        "settings server", setting="priority_roles", value=f"{everyone.mention} {core.mention}"
    )
    assert "cannot name @everyone" in told.text
    assert await stage.value("SELECT count(*) FROM common.settings") == 0
    # Written by hand it is passed over.
    await stage.local.db.execute(
        """
        INSERT INTO common.settings (guild_discord_id, scope, scope_id, name, value)
        VALUES ($1, 'server', 0, 'method', '"priority"'), ($1, 'server', 0, 'priority_roles', $2::jsonb)
        """,
        stage.guild.id,
        [str(everyone.id), str(core.id)],
    )
    sheet = await stage.raid(template="plain")
    await stage.member.click(sheet, "Yes")
    await stage.joins("Runa", roles=[core]).click(sheet, "Yes")
    rows = await stage.local.db.fetch("SELECT tier, slot FROM patt.raid_attendance ORDER BY id")
    assert [tuple(row) for row in rows] == [(2, None), (1, 0)]


async def test_a_role_or_channel_that_was_deleted_is_named_with_its_mend(stage: Stage) -> None:
    here = stage.owner.in_channel(stage.officers)
    assert "deleted" not in (await here.slash("raid setup", timezone="berlin")).text
    stage.local.discord.delete_role(stage.guild, stage.officer_role)
    stage.local.discord.delete_channel(stage.raids)
    said = (await here.slash("raid setup", timezone="berlin")).text
    assert "The officer role was deleted: `/raid setup officer_role:` sets another." in said
    assert f"<@&{stage.officer_role.id}>" not in said
    assert f"I cannot find <#{stage.raids.id}> any more. `/raid setup` sets another channel." in said


async def test_until_there_is_a_time_zone_the_planner_hears_of_utc(new_server: Stage) -> None:
    assert "UTC" in (await new_server.owner.slash("raid create", title="Heroic", when="fri 20:00")).text
    await new_server.set_up()
    assert "UTC" not in (await new_server.owner.slash("raid create", title="Heroic", when="fri 20:00")).text
    await new_server.local.settle()


async def test_before_the_set_up_a_raid_may_be_planned_in_a_thread(new_server: Stage) -> None:
    thread = new_server.local.discord.add_thread(new_server.raids, "Friday", new_server.owner.actor)
    answer = await new_server.owner.in_channel(thread).slash("raid create", title="Heroic", when="fri 20:00")
    await new_server.local.settle()
    assert f"<#{thread.id}>" in answer.text
    assert len(new_server.local.discord.messages(thread)) == 1


async def test_a_server_nobody_has_set_up_says_so(new_server: Stage) -> None:
    answer = await new_server.owner.slash("raid setup", officer_channel=new_server.officers)
    assert "Raid channel: not set" in answer.text
    assert "UTC (not set)" in answer.text


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda stage: stage.owner, id="owner"),
        pytest.param(with_permission(administrator=True), id="administrator"),
        pytest.param(with_permission(manage_guild=True), id="manage server"),
    ],
)
async def test_who_may(new_server: Stage, who: Who) -> None:
    await who(new_server).slash("raid setup", timezone="Europe/Paris")
    assert (await new_server.row(CONFIG, new_server.guild.id))["timezone"] == "Europe/Paris"


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda stage: stage.member, id="member"),
        pytest.param(lambda stage: stage.officer, id="officer role"),
        pytest.param(with_permission(manage_events=True, manage_messages=True), id="other permissions"),
    ],
)
async def test_who_may_not(stage: Stage, who: Who) -> None:
    before = await stage.row(CONFIG, stage.guild.id)
    answer = await who(stage).slash("raid setup", timezone="Europe/Paris")
    assert is_refusal(answer)
    assert "Manage Server" in answer.text
    assert await stage.row(CONFIG, stage.guild.id) == before


async def test_a_misspelt_zone_stores_nothing_and_suggests_one(new_server: Stage) -> None:
    before = await new_server.rows()
    answer = await new_server.set_up(timezone="Europe/Berln")
    assert is_refusal(answer)
    assert "`Europe/Berlin`" in answer.text
    assert await new_server.rows() == before


async def test_a_channel_it_cannot_post_in_is_named_with_what_it_lacks(new_server: Stage) -> None:
    discord_ = new_server.local.discord
    me = discord_.bot_member(new_server.guild)
    shut = discord_.add_text_channel(
        new_server.guild, "shut", overwrites={me: (0, discord.Permissions(send_messages=True, embed_links=True))}
    )
    answer = await new_server.set_up(channel=shut)
    assert f"in <#{shut.id}> I need **Send Messages**, **Embed Links**" in answer.text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("new yo", "America/New_York"), ("muni", "Europe/Berlin"), ("europe/vi", "Europe/Vienna"), ("", "UTC")],
)
async def test_zones_are_offered_by_place_and_name(new_server: Stage, typed: str, offered: str) -> None:
    choices = await new_server.owner.autocomplete("raid setup", "timezone", typed=typed)
    assert offered in [choice.value for choice in choices]
    assert len(choices) <= 25


async def test_nonsense_is_offered_no_zone(new_server: Stage) -> None:
    assert await new_server.owner.autocomplete("raid setup", "timezone", typed="xyzzy") == []


async def test_a_broken_database_is_answered(new_server: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await new_server.local.db.execute("ALTER TABLE common.discord_config RENAME TO elsewhere")
    answer = await new_server.set_up()
    assert reference(answer) in caplog.text
