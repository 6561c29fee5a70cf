"""What belongs to another server is not there: every id a command or a component takes, of another server's things.

Whoever tries is the owner of their own server, so nothing but the server is in the way. Which ids there are is
generated from the command tree and from the grammar of button ids.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import pytest
from discord import AppCommandOptionType as Type
from discord import app_commands
from permission_table import COMMANDS, COMPONENTS, Scene, pressed
from pydantic import SecretStr
from raid_stage import FRIDAY, Stage, event_id
from test_permission_matrix import touch

from bot.domain.away import UnknownSpan
from bot.domain.character import UnknownCharacter
from bot.domain.comp import CompChanged, NoSeat
from bot.domain.errors import MusterError
from bot.domain.event import UnknownEvent
from bot.domain.ids import GuildId, UserId
from bot.domain.people import NotOnSheet, UnknownPerson
from bot.domain.permissions import Actor
from bot.domain.series import UnknownSeries
from bot.domain.setting_rules import ElsewhereInDiscord
from bot.services.breaks import UnknownBreak
from bot.services.characters import CharacterWish
from bot.services.dead_letters import LetterGone
from bot.services.series import SeriesWish
from bot.services.templates import UnknownTemplate
from bot.services.undo import NothingToUndo
from sandbox.discord.world import Upload

NAMED: Mapping[str, tuple[str, tuple[type[MusterError], ...]]] = {
    "event": ("{event}", (UnknownEvent,)),
    "series": ("{series}", (UnknownSeries,)),
    "template": ("{template}", (UnknownTemplate,)),
    "like": ("{template}", (UnknownTemplate,)),
    "game": ("{template}", (UnknownTemplate,)),
    "character": ("#1", (UnknownCharacter,)),
    "absence": ("#1", (UnknownSpan,)),
    "member": ("{player}", (NotOnSheet,)),
    "player": ("#{player}", (UnknownPerson,)),
}
"""Options that name something of a server's, with the other server's and what becomes of it."""

JUST_WORDS = frozenset(
    {
        "timezone",
        "zone",
        "when",
        "post_at",
        "weekday",
        "day",
        "setting",
        "value",
        "status",
        "spec",
        "name",
    }
)
"""Options that are offered while somebody types and name nothing that belongs to one server."""

ELSEWHERE = frozenset({"raidhelper import"})
"""Commands whose `event` is Raid-Helper's own."""


THINGS = ("event", "series", "player", "entry", "rest", "letter")
NOT_THERE = (UnknownEvent, UnknownSeries, NotOnSheet, NoSeat, CompChanged, NothingToUndo, UnknownBreak, LetterGone)
"""What a component says of a thing that is another server's."""


OFFERS: Mapping[str, str] = {
    **dict.fromkeys(("event", "series", "template", "like", "game", "character", "absence", "member", "player"), ""),
    **dict.fromkeys(("timezone", "zone", "weekday", "day", "setting", "value", "status", "spec", "name"), ""),
    **dict.fromkeys(("when", "post_at"), "fri 21:00"),
}
"""Every option that is offered while somebody types, with what to type for their own server to have something."""

NOBODYS = str(10**17)
"""An id that is nobody's."""

THEIRS = "Zanzibar"
"""What everything of the other server's is called."""

CALL_THEM_SO = """
    UPDATE patt.raid_events SET title = $2 WHERE guild_discord_id = $1;
    UPDATE patt.recurring_events SET label = $2 WHERE guild_discord_id = $1;
    UPDATE guild_identity.players SET display_name = $2 || id WHERE guild_discord_id = $1;
    UPDATE patt.templates SET name = $2 WHERE guild_discord_id = $1;
    UPDATE common.guild_ranks SET name = $2 WHERE guild_discord_id = $1;
    UPDATE guild_identity.wow_characters SET name = $2
    WHERE player_id IN (SELECT id FROM guild_identity.players WHERE guild_discord_id = $1);
    UPDATE guild_identity.away SET note = $2
    WHERE player_id IN (SELECT id FROM guild_identity.players WHERE guild_discord_id = $1);
"""


@pytest.fixture
async def scene(stage: Stage) -> Scene:
    """One's own server, with everything one can be asked about."""
    return await Scene(stage, stage.owner.actor.id).set()


@pytest.fixture
async def theirs(scene: Scene, night_off: Stage) -> Mapping[str, str]:
    """The ids of the other server's things."""
    found = await Scene(night_off, night_off.owner.actor.id).set()
    assert not {found.ids[one] for one in THINGS} & {scene.ids[one] for one in THINGS}
    return found.ids


def named_options(local: Any) -> Iterator[tuple[str, str]]:
    """Every option of a command that names something of a server's."""
    for command in local.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            for option in command.parameters:
                if option.name in NAMED and option.type is Type.string:
                    yield command.qualified_name, option.name


async def test_every_option_that_is_offered_names_a_thing_or_just_words(local: Any) -> None:
    offered = {
        option.name
        for command in local.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
        for option in command.parameters
        if option.autocomplete
    }
    assert offered - JUST_WORDS == NAMED.keys()


async def test_a_command_finds_nothing_of_another_servers(
    scene: Scene, theirs: Mapping[str, str], heard: list[BaseException]
) -> None:
    owner, wrong = scene.stage.owner, list[str]()
    tried = [one for one in named_options(scene.stage.local) if one[0] not in ELSEWHERE]
    before = await scene.stage.contents()
    for command, option in tried:
        row = min((one for one in COMMANDS if one.name == command), key=lambda one: option not in one.options)
        typed, expected = NAMED[option]
        options: dict[str, Any] = scene.options(row.options) | {option: typed.format(**theirs)}
        answer = await owner.slash(command, force=True, **options)
        told, heard[:] = list(heard), []
        after = await scene.stage.contents()
        if len(told) != 1 or not isinstance(told[0], expected) or not answer.ephemeral or after != before:
            wrong.append(f"/{command} {option}: {told!r} {[one for one in after if after[one] != before[one]]}")
        before = after
    assert not wrong, "\n".join(wrong)
    assert len(tried) > 30


def offered_options(local: Any) -> Iterator[tuple[app_commands.Command[Any, ..., Any], str]]:
    """Every option of every command that is offered while somebody types."""
    for command in local.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield from ((command, option.name) for option in command.parameters if option.autocomplete)


async def lives(stage: Stage, person: int) -> None:
    """Somebody in a server with what is their own, a rank, a series that rests and an event on Raid-Helper."""
    services = stage.local.bot.services
    actor = Actor(GuildId(stage.guild.id), UserId(person), "Boss", is_owner=True)
    await services.characters.add(actor, None, CharacterWish(name="Alta", spec="Paladin/Holy"))
    await services.absences.add(actor, "2027-02-01", None, "own")
    await services.people.set_rank(actor, "Core", 3, None)
    resting = await services.series.add(actor, SeriesWish("Resting", "sun", "20:00"))
    await services.series_rests.pause(actor, str(resting.series.id), None)
    key = f"made-up-key-of-{stage.guild.id}"
    stage.local.raid_helper.servers[stage.guild.id] = key
    stage.local.raid_helper.meet(person, "Boss")
    await services.servers.connect_raid_helper(actor, SecretStr(key))
    moment = str(int(FRIDAY.timestamp()))
    event = {"leaderId": str(person), "title": "Molten Core", "description": "", "date": moment, "time": moment}
    where = f"{stage.local.raid_helper.base_url}/servers/{stage.guild.id}/channels/{stage.raids.id}/event"
    async with aiohttp.ClientSession() as http:
        made = await http.post(where, headers={"Authorization": key}, json=event)
        assert made.status == 200, await made.text()


async def offers(scene: Scene, **others: str) -> dict[tuple[str, str, str], list[tuple[str, Any]]]:
    """What each option offers in one's own server, with nothing, with the other server's word and with `others`."""
    found = dict[tuple[str, str, str], list[tuple[str, Any]]]()
    for command, option in offered_options(scene.stage.local):
        row = next(one for one in COMMANDS if one.name == command.qualified_name)
        beside = {name: one for name, one in scene.options(row.options).items() if isinstance(one, str)}
        words = {each.name for each in command.parameters if each.type is Type.string} - {option}
        beside = {name: one for name, one in {**beside, **others}.items() if name in words}
        for typed in {OFFERS[option], THEIRS}:
            choices = await scene.stage.owner.autocomplete(command.qualified_name, option, typed, **beside)
            found[command.qualified_name, option, typed] = [(one.name, one.value) for one in choices]
    return found


async def test_what_is_offered_while_somebody_types_is_ones_own_servers(scene: Scene, night_off: Stage) -> None:
    """Whatever stands in the other server, and whichever of its ids stands beside: the list is the same as without."""
    stage, me = scene.stage, scene.stage.owner.actor.id
    assert {option for _, option in offered_options(stage.local)} == OFFERS.keys()
    await lives(stage, me)
    before = await offers(scene)
    nobodys = await offers(scene, **dict.fromkeys(NAMED, NOBODYS))
    assert not [one for one, choices in before.items() if not choices and one[2] != THEIRS]
    theirs = (await Scene(night_off, night_off.owner.actor.id).set()).ids
    await lives(night_off, me)
    for statement in CALL_THEM_SO.split(";")[:-1]:
        await stage.local.db.execute(statement, night_off.guild.id, THEIRS)
    assert await offers(scene) == before
    named = {name: typed.format(**theirs) for name, (typed, _) in NAMED.items()}
    for option, table in (("character", "wow_characters"), ("absence", "away")):
        newest = f"SELECT max(id) FROM guild_identity.{table}"  # noqa: S608 - the two names above
        named[option] = f"#{await stage.value(newest)}"
    assert await offers(scene, **named) == nobodys


async def test_a_component_finds_nothing_of_another_servers(
    scene: Scene, theirs: Mapping[str, str], heard: list[BaseException]
) -> None:
    wrong, tried = list[str](), 0
    before = await scene.stage.contents()
    for pattern, component in COMPONENTS.items():
        for thing in THINGS:
            mixed = Scene(scene.stage, scene.leader, {**scene.ids, thing: theirs[thing]})
            there = list(pressed(pattern, mixed.ids))
            own = [(one, component.choice(one, scene.ids)) for one in pressed(pattern, scene.ids)]
            if [(one, component.choice(one, mixed.ids)) for one in there] == own:
                continue  # it does not name one
            for custom_id in there:
                await touch(scene.stage.owner, mixed, custom_id, component)
                told, heard[:] = list(heard), []
                after, tried = await scene.stage.contents(), tried + 1
                if len(told) != 1 or not isinstance(told[0], NOT_THERE) or after != before:
                    wrong.append(f"{custom_id}: {told!r} {[one for one in after if after[one] != before[one]]}")
                before = after
    assert not wrong, "\n".join(wrong)
    assert tried > len(COMPONENTS)


@pytest.mark.parametrize("setting", ["officer_channel", "mention_roles"])
@pytest.mark.parametrize("command", ["settings server", "settings raid", "settings import"])
async def test_no_setting_reaches_into_another_server(
    stage: Stage, night_off: Stage, heard: list[BaseException], command: str, setting: str
) -> None:
    sheet, before = await stage.raid(), None
    thing = night_off.officers if setting == "officer_channel" else night_off.officer_role
    kept = str(thing.id) if setting == "officer_channel" else [str(thing.id)]
    file = Upload("settings.json", json.dumps({"server": {setting: kept}}).encode())
    options: dict[str, dict[str, Any]] = {
        "settings server": {"setting": setting, "value": str(thing.id)},
        "settings raid": {"setting": setting, "value": str(thing.id), "event": str(event_id(sheet))},
        "settings import": {"file": file},
    }
    before = await stage.contents()
    answer = await stage.owner.slash(command, **options[command])
    assert [type(one) for one in heard] == [ElsewhereInDiscord]
    assert "is not in this server" in answer.text
    assert await stage.contents() == before
