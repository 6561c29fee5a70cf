"""`/template`: the whole bot, from what an officer types to what a sheet shows."""

import json
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import Stage, event_id, fields, is_refusal

from sandbox.discord.answer import Answer
from sandbox.discord.words import walk
from sandbox.discord.world import Upload
from sandbox.local import running_bot

FORM = {
    "name": "duo",
    "title": "Two roles",
    "emoji": "🔥",
    "roles": "Tank 🛡️ 1\nHealer 💚",
    "classes": "Paladin 🔨: Holy=Healer, Protection=Tank\nWarrior 🪓: Arms=Tank",
}


async def create(stage: Stage, **form: str) -> Answer:
    return await stage.officer.submit(await stage.officer.slash("template create"), FORM | form)


def file(content: str | bytes, name: str = "mine.json") -> Upload:
    return Upload(name, content.encode() if isinstance(content, str) else content)


def attached(stage: Stage, answer: Answer) -> tuple[str, str]:
    """The name and the text of the file in an answer."""
    (shown,) = answer.message.attachments
    path = shown["url"].partition("/cdn/")[2]
    return shown["filename"], stage.local.discord.world.files[path].content.decode()


async def test_a_template_from_the_form_to_a_sheet(stage: Stage) -> None:
    opened = await stage.officer.slash("template create")
    assert (opened.kind, opened.title) == ("modal", "A new template")
    told = await stage.officer.submit(opened, FORM)
    assert told.ephemeral
    assert "`duo` stands, with 2 classes." in told.text
    assert told.embeds[0]["title"] == "🔥 Two roles"
    sheet = await stage.raid(template="duo")
    assert "Holy" in (await stage.sign_up(stage.member, sheet)).text
    await stage.redraw()
    assert "Mira" in fields(sheet)["💚 Healer (1)"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"classes": "Paladin 🔨: Holy=Bard"}, 'Classes, line 1: there is no role "Bard"'),
        ({"roles": "Tank 🛡️\nHealer"}, "Roles, line 2: put an emoji"),
        ({"classes": "A 🔨: B=Tank\nC 🔨: B=Tank"}, "Classes, line 2: The class emoji 🔨 stands there twice."),
        ({"emoji": "fire"}, "`emoji` is one emoji"),
        ({"name": "plain"}, "a template of that name already"),
        ({"title": "   "}, "`title` is missing"),
    ],
)
async def test_a_form_mistyped(stage: Stage, form: dict[str, str], said: str) -> None:
    before = await stage.rows()
    told = await create(stage, **form)
    assert is_refusal(told)
    assert said in told.text
    assert await stage.rows() == before


async def test_a_refused_form_opens_again_as_it_was_typed(stage: Stage) -> None:
    told = await create(stage, classes="Paladin 🔨: Holy=Bard")
    assert told.labels == ["Mend it"]
    opened = await stage.officer.click(told, "Mend it")
    assert (opened.kind, opened.title) == ("modal", "A new template")
    mended = await stage.officer.submit(opened, {"classes": "Paladin 🔨: Holy=Healer"})
    assert "`duo` stands, with 1 class." in mended.text
    gone = await stage.officer.click(told, "Mend it")
    assert is_refusal(gone)
    assert "I no longer have what you typed" in gone.text


async def test_a_refused_form_is_gone_after_a_restart(stage: Stage) -> None:
    told = await create(stage, title=" ")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        gone = await stage.officer.click(told, "Mend it")
    assert is_refusal(gone)
    assert "`/template create` opens a new form" in gone.text


async def test_a_form_begins_like_another_template(stage: Stage) -> None:
    opened = await stage.officer.slash("template create", like="wow-classic")
    told = await stage.officer.submit(opened, {"name": "ours"})
    assert "`ours` stands" in told.text
    ours, theirs = [
        attached(stage, await stage.officer.slash("template export", template=name))[1]
        for name in ("ours", "wow-classic")
    ]
    assert json.loads(ours)["classes"] == json.loads(theirs)["classes"]
    refused = await stage.officer.slash("template create", like="chess")
    assert "no such template" in refused.text


async def test_listing_copying_and_showing(stage: Stage) -> None:
    told = await stage.officer.slash("template copy", template="wow-retail", name="heroic", title="Heroic @everyone")
    assert "`heroic` is this server's own copy of `wow-retail`" in told.text
    listed = (await stage.officer.slash("template list")).text
    assert "This server's own (1)" in listed
    assert "`wow-retail` World of Warcraft · **default**" in listed
    shown = await stage.officer.slash("template show", template="heroic")
    assert shown.ephemeral
    assert shown.embeds[0]["footer"]["text"] == "A preview: nothing was posted."
    assert "Sign-up: first come, first served" in shown.text
    assert not stage.rung()
    assert stage.posts() == []


@pytest.mark.parametrize("name", ["wow-retail", "eso", "ffxiv", "plain", "party"])
async def test_every_kind_of_template_can_be_shown(stage: Stage, name: str) -> None:
    shown = await stage.officer.slash("template show", template=name)
    assert shown.embeds
    assert f"`{name}`" in shown.content


async def test_names_are_offered_while_typing(stage: Stage, night_off: Stage) -> None:
    await create(stage)
    for command in ("show", "edit", "copy", "delete", "default", "export"):
        offered = await stage.officer.autocomplete(f"template {command}", "template", "two")
        assert [one.value for one in offered] == ["duo"]
    assert await night_off.owner.autocomplete("template show", "template", "two") == []


async def test_an_edit_changes_the_next_sheet_and_no_other(stage: Stage) -> None:
    await create(stage)
    before = await stage.raid(template="duo")
    told = await stage.officer.slash("template edit", template="duo", emoji="🎲", answers="late=off, bench=Alternate")
    assert "From the next sheet on" in told.text
    after = await stage.raid(template="duo", when="sat 20:00")
    assert after.embeds[0]["title"] == "🎲 Heroic"
    labels = [each["label"] for each in after.components[0]["components"]]
    assert labels == ["Sign up", "Tentative", "Alternate", "Absence"]
    await stage.officer.click(before, "Late")
    await stage.redraw()
    assert before.embeds[0]["title"] == "🔥 Heroic"


async def test_what_an_edit_says_about_groups_and_wanted_roles_is_told_back(stage: Stage) -> None:
    await create(stage)
    told = await stage.officer.slash("template edit", template="duo", group_size="2", warn_hours="3", wanted="Healer=1")
    assert "Officers hear of roles that are short 3 h before the start" in told.text
    assert "a comp has groups of 2" in told.text
    assert "Healer ≥ 1" in told.text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"emoji": "<:arms:123456789012345678>"}, "this server's own"),
        ({"limit": "0"}, "`limit` is a number from 1 to 1000"),
        ({"role_limits": "Bard=1"}, 'there is no "Bard" in this template'),
        ({"allowed_roles": "Jedi"}, 'There is no role "Jedi" in this server'),
        ({"priority_roles": "@everyone"}, "cannot name @everyone"),
        ({"answers": "accepted=off"}, 'needs an "accepted" button'),
        ({"colour": "x" * 5000}, "`colour`"),
        ({"role_limits": "x" * 5000}, "`role_limits`"),
        ({"allowed_roles": "x" * 5000}, "There is no role"),
        ({"answers": "x" * 5000 + "=y"}, "there is no answer"),
        ({"template": "chess"}, "no such template"),
    ],
)
async def test_an_edit_mistyped(stage: Stage, options: dict[str, Any], said: str) -> None:
    await create(stage)
    before = await stage.rows()
    told = await stage.officer.slash("template edit", **({"template": "duo"} | options))
    assert is_refusal(told)
    assert said in told.text
    assert await stage.rows() == before


async def test_default_and_delete(stage: Stage) -> None:
    await create(stage)
    await stage.officer.slash("template default", template="duo")
    assert (await stage.raid()).embeds[0]["title"] == "🔥 Heroic"
    refused = await stage.officer.slash("template delete", template="duo")
    assert is_refusal(refused)
    assert "this server's default" in refused.text
    await stage.officer.slash("template default", template="plain")
    await stage.officer.slash(
        "raid series add", title="Weekly Duo", weekday="Friday", time="20:00", template="duo", sheet="native"
    )
    refused = await stage.officer.slash("template delete", template="duo")
    assert "Weekly Duo" in refused.text
    await stage.local.db.execute("UPDATE patt.recurring_events SET is_active = FALSE")
    told = await stage.officer.slash("template delete", template="duo")
    assert "`duo` is gone from the list" in told.text
    assert "duo" not in (await stage.officer.slash("template list")).text


# ---------------------------------------------------------------- files


async def test_a_file_out_and_in_again_elsewhere(stage: Stage, night_off: Stage) -> None:
    await create(stage)
    role = stage.officer_role
    await stage.officer.slash("template edit", template="duo", banned_roles=f"<@&{role.id}>", method="waiting-list")
    told = await stage.officer.slash("template export", template="duo")
    assert told.ephemeral
    assert "Its Discord roles are left out" in told.text
    name, text = attached(stage, told)
    assert name == "duo.json"
    assert str(role.id) not in text
    whole = await stage.officer.slash("template export", template="duo", with_roles=True)
    assert "left out" not in whole.text
    with_roles = attached(stage, whole)[1]
    assert json.loads(with_roles)["sign_ups"]["banned_roles"] == [str(role.id)]
    taken = await night_off.owner.slash("template import", file=file(text), name="their duo")
    assert "`their duo` is this server's own now." in taken.text
    assert (await night_off.owner.slash("template export", template="their duo")).text.startswith(
        "`their duo` as a file"
    )
    refused = await night_off.owner.slash("template import", file=file(with_roles))
    assert f"no role with the id {role.id}" in refused.text


async def test_an_import_replaces_when_told_to(stage: Stage) -> None:
    text = json.dumps({"name": "mine", "title": "First"})
    await stage.officer.slash("template import", file=file(text))
    again = text.replace("First", "Second")
    assert is_refusal(await stage.officer.slash("template import", file=file(again)))
    assert "Second" in (await stage.officer.slash("template import", file=file(again), replace=True)).text


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (file("{}", "week.txt"), "is no `.json` file"),
        (file("x" * (1025 * 1024)), "has 1025 KB"),
        (file(b"\x89PNG\r\n\x1a\n"), "Line 1: this is not text in UTF-8"),
        (file('{\n"name": "x",,'), "Line 2: this is not JSON"),
        (file("[]"), "Line 1: A template is one JSON object"),
        (file('{"name": "x", "title": "x",\n"answers": {"' + "y" * 9000 + '": "z"}}'), "Line 2: There is no answer"),
        (file(""), "Line 1: this is not JSON"),
        (None, "Give either a `file`"),
    ],
    ids=["kind", "large", "png", "json", "list", "key", "empty", "none"],
)
async def test_a_file_that_is_no_template(stage: Stage, upload: Upload | None, said: str) -> None:
    before = await stage.rows()
    told = await stage.officer.slash("template import", file=upload)
    assert is_refusal(told)
    assert said in told.text
    assert await stage.rows() == before


def emoji(stage: Stage, name: str, *, own: bool) -> str:
    """A custom emoji of this server, or of the bot."""
    made = stage.local.discord.add_emoji(name, guild=stage.guild if own else None)
    return f"<:{made['name']}:{made['id']}>"


@pytest.mark.parametrize("own", [True, False], ids=["server", "bot"])
async def test_this_servers_emoji_and_the_bots_are_taken_everywhere(stage: Stage, *, own: bool) -> None:
    arms, holy = emoji(stage, "arms", own=own), emoji(stage, "holy", own=own)
    told = await create(stage, emoji=arms, classes=f"Paladin {holy}: Holy=Healer, Protection=Tank")
    assert "`duo` stands" in told.text
    assert "`duo`" in (await stage.officer.slash("template edit", template="duo", emoji=holy)).text
    _, text = attached(stage, await stage.officer.slash("template export", template="duo"))
    assert "is this server's own now" in (await stage.officer.slash("template import", file=file(text), name="b")).text
    sheet = await stage.raid(template="b")
    assert sheet.embeds[0]["title"] == f"{holy} Heroic"
    asked = await stage.member.click(sheet, "Sign up")
    assert "which class" in asked.text  # the stand-in refuses a select with an emoji nobody can see


async def test_lists_go_on_without_an_emoji_that_was_deleted_and_the_officers_hear_of_it_once(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    holy, arms = emoji(stage, "holy", own=True), emoji(stage, "arms", own=True)
    classes = f"Paladin {holy}: Holy=Healer, Protection {arms}=Tank\nMage 🔥: Fire=Healer"
    await create(stage, classes=classes)
    sheet = await stage.raid(template="duo")
    stage.guild.emojis.clear()
    with stage.local.discord.expect_refusal(50035):
        asked = await stage.member.click(sheet, "Sign up")
    assert [one["label"] for one in options_of(asked)] == ["Paladin", "Mage"]
    assert "emoji" not in options_of(asked)[0]
    with stage.local.discord.expect_refusal(50035):
        asked = await stage.member.select(asked, ["Paladin"])
    assert "You are in" in (await stage.member.select(asked, ["Protection"])).text
    # Known by now: Discord does not have to refuse it once more.
    second = stage.joins("Bo")
    assert [one["label"] for one in options_of(await second.click(sheet, "Sign up"))] == ["Paladin", "Mage"]
    await stage.local.settle()
    [told] = [one.content for one in stage.officers.messages.values() if "emoji" in one.content]
    assert "its template's emoji `:arms:`, `:holy:` cannot be shown" in told
    await stage.local.pass_time(timedelta(days=1, hours=8))  # its eve, when it is looked at anyway
    assert [one.content for one in stage.officers.messages.values() if "emoji" in one.content] == [told]


async def test_only_the_emoji_that_was_deleted_is_left_out_and_only_where_it_stood(stage: Stage) -> None:
    gone, stays, alone = (emoji(stage, name, own=True) for name in ("gone", "stays", "alone"))
    classes = f"Paladin {gone}: Holy=Healer\nMage {stays}: Fire {alone}=Healer, Frost {gone}=Healer"
    await create(stage, classes=classes)
    sheet = await stage.raid(template="duo")
    del stage.guild.emojis[id_of(gone)]
    with stage.local.discord.expect_refusal(50035):
        asked = await stage.member.click(sheet, "Sign up")
    assert shown_by(asked) == [None, id_of(stays)]
    # Of what else it stands in, Discord does not have to refuse anything.
    assert shown_by(await stage.member.select(asked, ["Mage"])) == [id_of(alone), None]
    assert shown_by(await stage.joins("Bo").click(sheet, "Sign up")) == [None, id_of(stays)]
    del stage.guild.emojis[id_of(stays)]
    with stage.local.discord.expect_refusal(50035):
        assert shown_by(await stage.joins("Cy").click(sheet, "Sign up")) == [None, None]


def id_of(written: str) -> int:
    """The id in a custom emoji as it is typed."""
    return int(written.rpartition(":")[2].removesuffix(">"))


def shown_by(answer: Answer) -> list[int | None]:
    """The custom emoji of the options the answer's select offers."""
    ids = [(one.get("emoji") or {}).get("id") for one in options_of(answer)]
    return [int(one) if one else None for one in ids]


def options_of(answer: Answer) -> list[dict[str, Any]]:
    """What the answer's select offers."""
    [select] = [one for one in walk(answer.message.components) if one["type"] == 3]
    return select["options"]


async def test_another_servers_emoji_are_refused_with_their_line(stage: Stage, night_off: Stage) -> None:
    made = stage.local.discord.add_emoji("arms", guild=night_off.guild)
    foreign = f"<:arms:{made['id']}>"
    typed = await create(stage, classes=f"Warrior 🪓: Arms=Tank\nPaladin 🔨: Holy {foreign}=Healer")
    assert "Classes, line 2: `:arms:` is no emoji of this server" in typed.text
    assert "Roles, line 1: `:arms:`" in (await create(stage, roles=f"Tank {foreign}\nHealer 💚")).text
    assert "`:arms:` is no emoji of this server" in (await create(stage, emoji=foreign)).text
    assert "this server's own" in (await stage.officer.slash("template edit", template="party", emoji=foreign)).text
    filed = json.dumps({"name": "x", "title": "x", "emoji": "🔥", "roles": [{"name": "T", "emoji": foreign}]}, indent=1)
    assert "Line 8: `:arms:`" in (await stage.officer.slash("template import", file=file(filed))).text
    assert await stage.value("SELECT count(*) FROM patt.templates WHERE guild_discord_id IS NOT NULL") == 0


KEY = "made-up-key-of-the-night-watch-0123456789"


async def test_a_raid_helper_event_becomes_a_template_by_id_and_by_file(stage: Stage) -> None:
    stage.local.raid_helper.servers[stage.guild.id] = KEY
    refused = await stage.officer.slash("template import", event_id="900000000000000123")
    assert "no Raid-Helper key yet" in refused.text
    await stage.owner.submit(await stage.owner.slash("raidhelper connect"), {"key": KEY})
    stage.local.raid_helper.meet(stage.officer.actor.id, "Orin")
    await stage.officer.slash("raid create", title="Old night", when="fri 20:00", sheet="raid-helper")
    await stage.local.settle()
    (event,) = stage.local.raid_helper.events.values()
    told = await stage.officer.slash("template import", event_id=str(event["id"]), name="from there")
    assert "`from there` is this server's own now." in told.text
    sheet = await stage.raid(template="from there", when="sat 20:00", sheet="native")
    assert "Holy (Paladin) Healer" in (await stage.sign_up(stage.member, sheet, "Healer", "Holy (Paladin)")).text
    told = await stage.officer.slash("template import", file=file(json.dumps(event)), name="from a file")
    assert "`from a file` is this server's own now." in told.text


async def test_a_raid_helper_event_that_is_gone(stage: Stage) -> None:
    stage.local.raid_helper.servers[stage.guild.id] = KEY
    await stage.owner.submit(await stage.owner.slash("raidhelper connect"), {"key": KEY})
    for typed, said in (("900000000000009999", "no such event"), ("soon", "the number of its message")):
        told = await stage.officer.slash("template import", event_id=typed)
        assert is_refusal(told)
        assert said in told.text
    both = await stage.officer.slash("template import", event_id="900000000000009999", file=file("{}"))
    assert "Give either a `file`" in both.text


# ---------------------------------------------------------------- who may


async def test_officers_only(stage: Stage) -> None:
    await create(stage)
    opened = await stage.officer.slash("template create")
    stage.officer.actor.roles.clear()
    before = await stage.rows()
    for command, options in (
        ("list", {}),
        ("show", {"template": "duo"}),
        ("create", {}),
        ("copy", {"template": "duo", "name": "mine"}),
        ("edit", {"template": "duo", "limit": "5"}),
        ("delete", {"template": "duo"}),
        ("default", {"template": "duo"}),
        ("export", {"template": "duo"}),
        ("import", {"file": file('{"name": "x", "title": "x"}')}),
    ):
        told = await stage.member.slash(f"template {command}", force=True, **options)
        assert is_refusal(told)
        assert "for officers" in told.text
    told = await stage.officer.submit(opened, FORM | {"name": "late"})  # no officer any more
    assert "for officers" in told.text
    assert await stage.rows() == before


async def test_another_servers_template_is_not_found(stage: Stage, night_off: Stage) -> None:
    await create(stage)
    for command in ("show", "edit", "delete", "default", "export"):
        told = await night_off.owner.slash(f"template {command}", template="duo")
        assert is_refusal(told)
        assert "no such template" in told.text
    refused = await night_off.owner.slash("raid create", title="Heroic", when="fri 20:00", template="duo")
    assert "no such template" in refused.text


async def test_a_form_opened_before_a_restart_is_answered(stage: Stage) -> None:
    opened = await stage.officer.slash("template create")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        told = await stage.officer.submit(opened, FORM)
        assert "again" in told.text
        assert await stage.value("SELECT count(*) FROM patt.templates WHERE name = 'duo'") == 0


# ---------------------------------------------------------------- the gates on the sheet


async def gated(stage: Stage, **options: str) -> Any:
    """A sheet of a template with these gates."""
    await create(stage)
    told = await stage.officer.slash("template edit", template="duo", **options)
    assert not is_refusal(told) or "From the next sheet on" in told.text
    return await stage.raid(template="duo")


async def test_a_banned_role_is_turned_away(stage: Stage) -> None:
    banned = stage.local.discord.add_role(stage.guild, "Suspended")
    sheet = await gated(stage, banned_roles=f"<@&{banned.id}>")
    told = await stage.joins("Sven", roles=[banned]).click(sheet, "Sign up")
    assert is_refusal(told)
    assert "not open to your roles" in told.text
    assert "Holy" in (await stage.sign_up(stage.member, sheet)).text
    assert "Absence" in (await stage.joins("Sture", roles=[banned]).click(sheet, "Absence")).text


async def test_only_an_allowed_role_gets_in(stage: Stage) -> None:
    raider = stage.local.discord.add_role(stage.guild, "Raider")
    sheet = await gated(stage, allowed_roles="raider")
    assert "not open to your roles" in (await stage.member.click(sheet, "Late")).text
    assert "You are in" in (await stage.sign_up(stage.joins("Runa", roles=[raider]), sheet)).text


async def test_where_the_officers_choose_nobody_puts_themselves_in(stage: Stage) -> None:
    sheet = await gated(stage, method="host")
    before = await stage.rows()
    told = await stage.member.click(sheet, "Sign up")
    assert is_refusal(told)
    assert "The officers pick who comes" in told.text
    assert (await stage.rows())["patt.raid_attendance"] == before["patt.raid_attendance"]


async def test_on_a_waiting_list_everybody_queues_until_an_officer_adds_them(stage: Stage) -> None:
    sheet = await gated(stage, method="waiting-list")
    first = await stage.sign_up(stage.member, sheet)
    assert "queue** at place 1" in first.text
    assert "queue** at place 2" in (await stage.sign_up(stage.joins("Runa"), sheet)).text
    await stage.local.db.execute(
        """
        UPDATE patt.raid_attendance SET tier = 0 FROM guild_identity.players
        WHERE players.id = player_id AND display_name = 'Runa' AND event_id = $1
        """,
        event_id(sheet),
    )
    await stage.sign_up(stage.joins("Sven"), sheet)
    await stage.redraw()
    assert "Runa" in fields(sheet)["💚 Healer (1)"]
    queue = fields(sheet)["⏫ Queue (2)"]
    assert queue.index("Mira") < queue.index("Sven")


async def test_a_priority_role_goes_first_as_it_was_when_they_joined(stage: Stage) -> None:
    core = stage.local.discord.add_role(stage.guild, "Core")
    trial = stage.local.discord.add_role(stage.guild, "Trial")
    sheet = await gated(stage, method="priority", priority_roles=f"<@&{core.id}> <@&{trial.id}>", limit="2")
    nobody, second, first = stage.member, stage.joins("Sven", roles=[trial]), stage.joins("Runa", roles=[core])
    for hand in (nobody, second, first):
        await stage.sign_up(hand, sheet)
    await stage.redraw()
    seated = fields(sheet)["💚 Healer (2)"]
    assert seated.index("Runa") < seated.index("Sven")
    assert "Mira" in fields(sheet)["⏫ Queue (1)"]
    first.actor.roles.clear()  # no longer Core
    nobody.actor.roles.add(core.id)  # Core now, but not when she signed up
    await stage.sign_up(stage.joins("Ulla"), sheet)
    await first.click(sheet, "Sign up")
    await stage.redraw()
    seated = fields(sheet)["💚 Healer (2)"]
    assert seated.index("Runa") < seated.index("Sven")
    assert "Mira" in fields(sheet)["⏫ Queue (2)"]


async def test_everyone_is_never_a_priority_role_nor_shut_out_by_name(stage: Stage) -> None:
    everyone = str(stage.guild.id)
    gates = {key: [everyone] for key in ("allowed_roles", "banned_roles", "priority_roles")}
    data = {"name": "mine", "title": "Mine", "limit": 1, "sign_ups": {"method": "priority", **gates}}
    told = await stage.officer.slash("template import", file=file(json.dumps(data)))
    assert "No role goes first yet" in told.text
    sheet = await stage.raid(template="mine")
    await stage.member.click(sheet, "Sign up")
    assert await stage.value("SELECT tier FROM patt.raid_attendance WHERE event_id = $1", event_id(sheet)) == 2


async def test_the_gates_hold_after_a_restart(stage: Stage) -> None:
    sheet = await gated(stage, method="host")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        assert "The officers pick who comes" in (await stage.member.click(sheet, "Late")).text
