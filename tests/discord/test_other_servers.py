"""What belongs to another server is not there: every id a command or a component takes, of another server's things.

Whoever tries is the owner of their own server, so nothing but the server is in the way. Which ids there are is
generated from the command tree and from the grammar of button ids.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from discord import AppCommandOptionType as Type
from discord import app_commands
from permission_table import COMMANDS, COMPONENTS, Scene, pressed
from raid_stage import Stage, event_id
from test_permission_matrix import touch

from bot.domain.away import UnknownSpan
from bot.domain.character import UnknownCharacter
from bot.domain.comp import CompChanged, NoSeat
from bot.domain.errors import MusterError
from bot.domain.event import UnknownEvent
from bot.domain.people import NotOnSheet, UnknownPerson
from bot.domain.series import UnknownSeries
from bot.domain.setting_rules import ElsewhereInDiscord
from bot.services.breaks import UnknownBreak
from bot.services.dead_letters import LetterGone
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
