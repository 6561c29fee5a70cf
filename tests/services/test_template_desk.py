"""A server's own templates as use cases: who may, what is written, what is refused and leaves everything alone."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.domain.errors import MusterError
from bot.domain.gates import Method
from bot.domain.ids import RoleId
from bot.domain.permissions import NotAnAdministrator, NotAnOfficer
from bot.domain.setting_rules import ElsewhereInDiscord
from bot.domain.template import BadTemplate, Template
from bot.domain.template_edit import BadEdit, ServerRoles, TemplateWish, UnknownRole
from bot.raid_helper.client import RaidHelper
from bot.raid_helper.errors import UnknownEvent
from bot.raid_helper.models import EventDraft
from bot.services.raids import NoRaidHelperKey
from bot.services.servers import SetUp
from bot.services.template_desk import (
    BadName,
    InUse,
    NameTaken,
    NoEventId,
    NothingToChange,
    NotOwn,
    TemplateDesk,
    TooManyTemplates,
    Typed,
)
from bot.services.template_files import LARGEST_FILE, BadFile, check_file
from bot.services.templates import UnknownTemplate
from tests.factories import (
    BOT,
    GUILD,
    OFFICER_ROLE,
    OTHER_GUILD,
    RAIDER_ROLE,
    RAIDS,
    START,
    member,
    new_series,
    officer,
)
from tests.services.world import API_KEY, World

ROLES = ServerRoles(RoleId(GUILD), {RAIDER_ROLE: "Raider", OFFICER_ROLE: "Officer"}, frozenset({RAIDS}))
TYPED = Typed("duo", "Two roles", "🔥", "Tank 🛡️ 2\nDPS ⚔️", "")
OWN = "SELECT count(*) FROM patt.templates WHERE guild_discord_id = $1"
FILE = json.dumps({"name": "filed", "title": "Filed"}).encode()


@pytest.fixture
def desk(guild: World) -> TemplateDesk:
    return guild.first.template_desk


async def edit(desk: TemplateDesk, name: str, **wish: Any) -> Template:
    return await desk.edit(officer(), name, TemplateWish(**wish), ROLES)


async def audited(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT action, details FROM patt.audit ORDER BY id")
    return [f"{row['action']} {row['details']['template']}" for row in rows]


async def test_a_copy_is_the_servers_own(guild: World, desk: TemplateDesk):
    shipped = await desk.show(officer(), "wow-retail")
    copied = await desk.copy(officer(), "wow-retail", " our  raid ", None)
    assert (copied.name, copied.title, copied.game) == ("our raid", "our raid", "wow")
    assert (copied.classes, copied.roles, copied.buffs) == (shipped.classes, shipped.roles, shipped.buffs)
    assert await desk.show(officer(), "OUR raid") == copied
    with pytest.raises(UnknownTemplate):
        await desk.show(officer(guild_id=OTHER_GUILD), "our raid")
    assert await audited(guild) == ["template.copy our raid"]


async def test_created_as_typed(guild: World, desk: TemplateDesk):
    created = await desk.create(officer(), TYPED)
    assert [(one.name, one.limit) for one in created.roles] == [("Tank", 2), ("DPS", None)]
    assert await desk.show(officer(), "duo") == created
    assert await audited(guild) == ["template.create duo"]


async def test_an_edit_is_a_new_row_and_raids_keep_theirs(guild: World, desk: TemplateDesk):
    before = await desk.create(officer(), TYPED)
    async with guild.first.db.transaction() as tx:
        template_id, _ = await guild.first.templates.named(tx, GUILD, "duo")
    event_id = await guild.raid(template_id=template_id)
    after = await edit(desk, "duo", limit="12", method=Method.HOST)
    assert (after.limit, after.gates.method) == (12, Method.HOST)
    assert await desk.show(officer(), "duo") == after
    async with guild.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        assert await guild.first.templates.of(tx, event) == before
    rows = await guild.pool.fetch(
        "SELECT is_current FROM patt.templates WHERE guild_discord_id = $1 ORDER BY id", GUILD
    )
    assert [row[0] for row in rows] == [False, True]


async def test_editing_a_shipped_one_makes_it_the_servers_own(guild: World, desk: TemplateDesk):
    await edit(desk, "plain", title="Our plain")
    assert (await desk.show(officer(), "plain")).title == "Our plain"
    other = officer(guild_id=OTHER_GUILD)
    assert (await desk.show(other, "plain")).title == "Any game: yes, tentative, no"
    offered = await desk.offered(officer())
    assert [one.name for one in offered.own] == ["plain"]
    assert "plain" not in [one.name for one in offered.shipped]
    assert offered.default == "wow-retail"


async def test_deleting_hides_and_raids_keep_it(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    async with guild.first.db.transaction() as tx:
        template_id, template = await guild.first.templates.named(tx, GUILD, "duo")
    event_id = await guild.raid(template_id=template_id)
    assert await desk.delete(officer(), "duo") is None
    with pytest.raises(UnknownTemplate):
        await desk.show(officer(), "duo")
    async with guild.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        assert await guild.first.templates.of(tx, event) == template
    assert await desk.create(officer(), TYPED) == template  # the name is free again


async def test_a_deleted_version_of_a_shipped_one_gives_the_shipped_one_back(guild: World, desk: TemplateDesk):
    await edit(desk, "wow-retail", title="Ours")
    await guild.series(new_series(template_name="wow-retail"))
    assert await desk.delete(officer(), "wow-retail") == "World of Warcraft"
    assert (await desk.show(officer(), "wow-retail")).title == "World of Warcraft"


async def test_the_default_is_not_deleted(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    await desk.set_default(officer(), "duo")
    assert (await guild.first.servers.get(GUILD)).default_template == "duo"
    with pytest.raises(InUse, match="this server's default"):
        await desk.delete(officer(), "duo")
    await desk.set_default(officer(), "plain")
    await desk.delete(officer(), "duo")
    assert await audited(guild) == [
        "template.create duo",
        "template.default duo",
        "template.default plain",
        "template.delete duo",
    ]


async def test_a_series_template_is_not_deleted_and_the_series_is_named(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    await guild.series(new_series(template_name="duo", label="Other", guild_id=OTHER_GUILD))
    series = await guild.series(new_series(template_name="duo"))
    with pytest.raises(InUse, match='"Weekly Heroic"') as refused:
        await desk.delete(officer(), "duo")
    assert "Other" not in str(refused.value)
    await guild.pool.execute("UPDATE patt.recurring_events SET is_active = FALSE WHERE id = $1", series)
    await desk.delete(officer(), "duo")


async def test_a_default_and_a_deletion_at_once_never_leave_a_default_that_is_gone(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    async with guild.worker() as other:
        outcomes = await asyncio.gather(
            desk.delete(officer(), "duo"), other.template_desk.set_default(officer(), "duo"), return_exceptions=True
        )
    assert sum(isinstance(one, MusterError) for one in outcomes) == 1
    default = (await guild.first.servers.get(GUILD)).default_template
    assert (await desk.show(officer(), default)).name == default


async def test_two_officers_editing_at_once_both_count(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    async with guild.worker() as other:
        await asyncio.gather(
            edit(desk, "duo", limit="12"),
            edit(other.template_desk, "duo", title="Renamed"),
            edit(desk, "duo", emoji="🎲"),
        )
    found = await desk.show(officer(), "duo")
    assert (found.limit, found.title, found.emoji) == (12, "Renamed", "🎲")


async def test_fifty_are_the_most(guild: World, desk: TemplateDesk):
    await guild.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        SELECT $1, called, jsonb_build_object('name', called, 'title', 'Own'), 'x'
        FROM generate_series(1, 49) number, concat('own ', number) called
        """,
        GUILD,
    )
    async with guild.worker() as other:
        outcomes = await asyncio.gather(
            desk.copy(officer(), "plain", "a", None),
            other.template_desk.copy(officer(), "plain", "b", None),
            return_exceptions=True,
        )
    assert [type(one) for one in outcomes].count(TooManyTemplates) == 1
    with pytest.raises(TooManyTemplates):
        await desk.create(officer(), TYPED)
    with pytest.raises(TooManyTemplates):
        await edit(desk, "plain", title="Ours")
    with pytest.raises(TooManyTemplates):
        await desk.import_file(officer(), FILE, ROLES, None, replacing=False)
    assert await guild.pool.fetchval(OWN, GUILD) == 50
    await edit(desk, "own 7", title="Changed")  # one more row, but not one more template
    await desk.copy(officer(guild_id=OTHER_GUILD), "plain", "a", None)


# ---------------------------------------------------------------- files


async def test_what_is_exported_is_imported_the_same(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    mention = f"<@&{RAIDER_ROLE}>"
    original = await edit(desk, "duo", priority_roles=mention, method=Method.PRIORITY, answers="late=off", limit="9")
    file = await desk.export(officer(), "duo", discord_roles=True)
    assert (file.name, file.filename, file.left_out) == ("duo", "duo.json", False)
    await desk.delete(officer(), "duo")
    taken = await desk.import_file(officer(), file.text.encode("utf-8-sig"), ROLES, None, replacing=False)
    assert taken == original
    bare = await desk.export(officer(), "duo", discord_roles=False)
    assert bare.left_out
    assert str(RAIDER_ROLE) not in bare.text
    elsewhere = officer(guild_id=OTHER_GUILD)
    moved = await desk.import_file(
        elsewhere, bare.text.encode(), ServerRoles(RoleId(OTHER_GUILD), {}), "x", replacing=False
    )
    assert (moved.name, moved.gates.method, moved.gates.priority) == ("x", Method.PRIORITY, ())


def with_settings(**settings: Any) -> bytes:
    return json.dumps({"name": "filed", "title": "Filed", "settings": settings}).encode()


async def test_a_file_makes_nobody_a_host_but_by_the_word_of_who_manages_the_server(guild: World, desk: TemplateDesk):
    """As `/settings template` does; what the template says already may come back."""
    await guild.first.servers.set_up(officer(), SetUp(officer_role_id=OFFICER_ROLE))
    by_role = member(5, role_ids=frozenset({OFFICER_ROLE}))
    hosts = with_settings(host_roles=[str(RAIDER_ROLE)])
    with pytest.raises(NotAnAdministrator):
        await desk.import_file(by_role, hosts, ROLES, None, replacing=False)
    assert await guild.pool.fetchval(OWN, GUILD) == 0
    await desk.import_file(officer(), hosts, ROLES, None, replacing=False)
    taken = await desk.import_file(by_role, hosts, ROLES, None, replacing=True)
    assert taken.settings == {"host_roles": [str(RAIDER_ROLE)]}
    for others in (with_settings(host_roles=[str(OFFICER_ROLE)]), with_settings(host_roles=[]), with_settings()):
        with pytest.raises(NotAnAdministrator):
            await desk.import_file(by_role, others, ROLES, None, replacing=True)
    taken = await desk.import_file(by_role, with_settings(thread=True), ROLES, "threads", replacing=False)
    assert taken.settings == {"thread": True}


@pytest.mark.parametrize(
    "settings",
    [
        {"officer_channel": "77777"},
        {"voice_channel": "77777"},
        {"archive_channel": "77777"},
        {"mention_roles": ["77777"]},
    ],
)
async def test_no_setting_of_a_file_reaches_into_another_server(
    guild: World, desk: TemplateDesk, settings: dict[str, Any]
):
    with pytest.raises(ElsewhereInDiscord):
        await desk.import_file(officer(), with_settings(**settings), ROLES, None, replacing=False)
    assert await guild.pool.fetchval(OWN, GUILD) == 0
    here = {"officer_channel": str(RAIDS), "mention_roles": [str(RAIDER_ROLE)]}
    assert (await desk.import_file(officer(), with_settings(**here), ROLES, None, replacing=False)).settings == here


async def test_an_import_replaces_only_when_told_to(guild: World, desk: TemplateDesk):
    await desk.import_file(officer(), FILE, ROLES, None, replacing=False)
    changed = FILE.replace(b"Filed", b"Refiled")
    with pytest.raises(NameTaken):
        await desk.import_file(officer(), changed, ROLES, " FILED ", replacing=False)
    assert (await desk.show(officer(), "filed")).title == "Filed"
    await desk.import_file(officer(), changed, ROLES, None, replacing=True)
    assert (await desk.show(officer(), "filed")).title == "Refiled"


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", BadTemplate, "Line 1: this is not JSON"),
        (b"\xff\xfe{}", BadTemplate, "Line 1: this is not text in UTF-8"),
        (b'{\n"name": "\xe9"}', BadTemplate, "Line 2: this is not text in UTF-8"),
        (b'{\n"name": }', BadTemplate, "Line 2: this is not JSON"),
        (b"[1]", BadTemplate, "Line 1: A template is one JSON object"),
        (b'{"a": 1}', BadTemplate, "Line 1: `name` is missing"),
        (b'{"name": "x",\n"title": "x",\n"limit": 0}', BadTemplate, "Line 3: `limit` is a whole number"),
        (b" " * (LARGEST_FILE + 1), BadFile, "1024 KB"),
        (b'{"name": "' + b"x" * 60 + b'", "title": "x"}', BadName, "1 to 50 characters"),
        (b'{"name": "x", "title": "x", "sign_ups": {"banned_roles": ["77"]}}', UnknownRole, "id 77"),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_a_bad_file_stores_nothing(
    guild: World, desk: TemplateDesk, content: bytes, error: type[MusterError], said: str
):
    with pytest.raises(error) as refused:
        await desk.import_file(officer(), content, ROLES, None, replacing=False)
    assert said in str(refused.value)
    assert await guild.pool.fetchval(OWN, GUILD) == 0
    assert await audited(guild) == []


@pytest.mark.parametrize(
    ("filename", "size", "said"),
    [
        ("week.txt", 10, '"week.txt" is no `.json` file'),
        ("json", 10, "is no `.json` file"),
        ("week.json", LARGEST_FILE + 1024, "has 1025 KB"),
    ],
)
def test_a_file_not_worth_reading(filename: str, size: int, said: str):
    with pytest.raises(BadFile, match=said):
        check_file(filename, size)
    check_file("WEEK.JSON", LARGEST_FILE)


# ---------------------------------------------------------------- from Raid-Helper


async def on_raid_helper(world: World, template_id: str = "2") -> str:
    """An event of that template; its id."""
    await world.connect_raid_helper()
    async with aiohttp.ClientSession() as http:
        server = RaidHelper(http, world.raid_helper.base_url, world.clock).server(GUILD, API_KEY)
        draft = EventDraft("Old night", "", START, 120, BOT, template_id=template_id, limit=25)
        return (await server.create_event(RAIDS, draft)).id


@pytest.mark.parametrize("template_id", ["1", "2", "6", "wowretail2"])
async def test_a_raid_helper_events_buttons_become_a_template(guild: World, desk: TemplateDesk, template_id: str):
    event_id = await on_raid_helper(guild, template_id)
    taken = await desk.import_event(officer(), event_id, ROLES, "from there", replacing=False)
    assert (taken.name, taken.limit, taken.duration_minutes) == ("from there", 25, 120)
    assert await desk.show(officer(), "from there") == taken
    assert bool(taken.classes) is (template_id != "1")


async def test_a_raid_helper_events_link_and_file_will_do(guild: World, desk: TemplateDesk):
    event_id = await on_raid_helper(guild)
    link = f" https://discord.com/channels/{GUILD}/{RAIDS}/{event_id} "
    by_link = await desk.import_event(officer(), link, ROLES, None, replacing=False)
    assert by_link.title == "Old night"
    file = json.dumps(guild.raid_helper.events[event_id]).encode()
    assert await desk.import_file(officer(), file, ROLES, None, replacing=True) == by_link


@pytest.mark.parametrize(
    ("event_id", "error"),
    [("900000000000009999", UnknownEvent), ("soon", NoEventId), ("", NoEventId), ("٣" * 18, NoEventId)],
)
async def test_a_raid_helper_event_that_is_none(
    guild: World, desk: TemplateDesk, event_id: str, error: type[MusterError]
):
    await guild.connect_raid_helper()
    with pytest.raises(error):
        await desk.import_event(officer(), event_id, ROLES, None, replacing=False)
    assert await guild.pool.fetchval(OWN, GUILD) == 0


async def test_without_a_key_nothing_is_asked(guild: World, desk: TemplateDesk):
    with pytest.raises(NoRaidHelperKey, match="raidhelper connect"):
        await desk.import_event(officer(), "900000000000009999", ROLES, None, replacing=False)
    await guild.connect_raid_helper()
    with pytest.raises(NotAnOfficer):
        await desk.import_event(member(), "900000000000009999", ROLES, None, replacing=False)
    assert guild.raid_helper.calls == []


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize("name", ["", "  ", "x" * 51, "two\0"])
async def test_a_name_that_is_none(guild: World, desk: TemplateDesk, name: str):
    with pytest.raises(BadName):
        await desk.copy(officer(), "plain", name, None)
    with pytest.raises(BadName):
        await desk.create(officer(), Typed(name, "T", "", "", ""))
    assert await guild.pool.fetchval(OWN, GUILD) == 0


@pytest.mark.parametrize("name", ["plain", "Plain", "duo", " DUO "])
async def test_a_name_that_is_taken(guild: World, desk: TemplateDesk, name: str):
    await desk.create(officer(), TYPED)
    with pytest.raises(NameTaken):
        await desk.copy(officer(), "party", name, None)
    with pytest.raises(NameTaken):
        await desk.create(officer(), Typed(name, "T", "", "", ""))
    assert await guild.pool.fetchval(OWN, GUILD) == 1


async def test_a_title_that_fits_no_sheet_is_not_copied(guild: World, desk: TemplateDesk):
    with pytest.raises(BadTemplate, match="`title` is too long"):
        await desk.copy(officer(), "plain", "mine", "x" * 101)
    assert await guild.pool.fetchval(OWN, GUILD) == 0


async def test_a_shipped_one_cannot_be_deleted(desk: TemplateDesk):
    with pytest.raises(NotOwn):
        await desk.delete(officer(), "plain")
    assert (await desk.show(officer(), "plain")).name == "plain"


async def test_a_refused_edit_changes_nothing(guild: World, desk: TemplateDesk):
    before = await desk.create(officer(), TYPED)
    with pytest.raises(BadEdit):
        await edit(desk, "duo", title="New", limit="0")
    assert await desk.show(officer(), "duo") == before
    assert await guild.pool.fetchval(OWN, GUILD) == 1


async def test_an_edit_without_an_option_shadows_nothing(guild: World, desk: TemplateDesk):
    with pytest.raises(NothingToChange):
        await edit(desk, "plain")
    assert await guild.pool.fetchval(OWN, GUILD) == 0


async def test_unknown_names_and_other_servers_templates(guild: World, desk: TemplateDesk):
    await desk.create(officer(guild_id=OTHER_GUILD), TYPED)
    for work in (
        desk.show(officer(), "duo"),
        desk.export(officer(), "duo", discord_roles=True),
        desk.copy(officer(), "duo", "mine", None),
        desk.edit(officer(), "duo", TemplateWish(), ROLES),
        desk.delete(officer(), "duo"),
        desk.set_default(officer(), "duo"),
    ):
        with pytest.raises(UnknownTemplate):
            await work
    assert await guild.pool.fetchval(OWN, GUILD) == 0
    assert (await desk.show(officer(guild_id=OTHER_GUILD), "duo")).name == "duo"


async def test_officers_only(guild: World, desk: TemplateDesk):
    await desk.create(officer(), TYPED)
    before = await guild.counts()
    for work in (
        desk.offered(member()),
        desk.show(member(), "duo"),
        desk.export(member(), "duo", discord_roles=False),
        desk.copy(member(), "duo", "mine", None),
        desk.create(member(), Typed("a", "A", "", "", "")),
        desk.edit(member(), "duo", TemplateWish(title="x"), ROLES),
        desk.delete(member(), "duo"),
        desk.set_default(member(), "duo"),
        desk.import_file(member(), FILE, ROLES, None, replacing=False),
    ):
        with pytest.raises(NotAnOfficer):
            await work
    assert await guild.counts() == before
