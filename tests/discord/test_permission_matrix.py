"""Everybody tries everything: each kind of person every command, component and form, as Discord sends it.

What is refused says so, to them alone, and writes nothing; what is not refused works. The rows are generated from the
command tree and the grammar of button ids, the rules stand in `permission_table.py`.
"""

from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord import app_commands
from permission_table import (
    COMMANDS,
    COMPONENTS,
    EVERYBODY,
    FORMS,
    MANAGER,
    MEMBER,
    MENUS,
    NEEDS,
    OWNER,
    PEOPLE,
    Command,
    Component,
    Scene,
    pressed,
)
from raid_stage import Stage

from bot.components import AnsweringModal
from bot.domain.errors import MusterError
from bot.domain.ids import GuildId, UserId
from bot.domain.permissions import Actor, NotAnAdministrator, NotAnOfficer
from bot.domain.setting import SERVER, Level, Scope
from bot.domain.sign_up import NotSignedUp
from bot.render import custom_ids, trail_texts
from bot.services.officers import Whom
from sandbox.discord import posting
from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.world import JSON, Message

PERMISSION = (NotAnOfficer, NotAnAdministrator)
BUTTON, STRINGS = 2, 3
SELECTS = {"@": 5, "&": 6, "#": 8}


class Tries:
    """Somebody tries things, and every answer that is not as the table says is written down."""

    def __init__(self, name: str, hand: Hand, scene: Scene, heard: list[BaseException]) -> None:
        self.name, self.hand, self.scene, self.heard = name, hand, scene, heard
        self.wrong: list[str] = []
        self._before: dict[str, str] = {}

    async def begin(self) -> None:
        """What stands before anything was refused, when the queue has nothing left to write."""
        await self.scene.stage.local.settle()
        self._before = await self.scene.stage.contents()

    async def refused(self, what: str, answer: Answer, refusal: type[MusterError]) -> None:
        """The answer must be that refusal, for their eyes only, and nothing must be written."""
        told, self.heard[:] = list(self.heard), []
        if [type(one) for one in told] != [refusal] or answer.text != str(told[0]):
            self.wrong.append(f"{what}: {refusal.__name__} expected, not {told!r}, {answer!r}")
        elif not answer.ephemeral:
            self.wrong.append(f"{what}: everybody reads the refusal")
        after = await self.scene.stage.contents()
        if after != self._before:
            self.wrong.append(f"{what}: wrote {[name for name in after if after[name] != self._before[name]]}")
        self._before = after

    def passed(self, what: str, answer: Answer, unless: tuple[type[MusterError], ...]) -> None:
        """It must have worked, but for what the scene gives no occasion to."""
        told, self.heard[:] = list(self.heard), []
        allowed = [one for one in told if isinstance(one, unless) and not isinstance(one, PERMISSION)]
        if told != allowed:
            self.wrong.append(f"{what}: {told!r}, {answer!r}")


async def somebody(stage: Stage, name: str) -> tuple[Hand, Scene]:
    """The person, and the scene set for them."""
    person, discord_ = PEOPLE[name], stage.local.discord
    roles = {one: discord_.add_role(stage.guild, one) for one in ("team", "other team", "hosts")}
    roles["officers"] = discord_.add_role(stage.guild, "officers")
    elsewhere = discord_.add_text_channel(stage.guild, "elsewhere")
    await stage.set_up(officer_role=roles["officers"])
    async with stage.local.bot.db.transaction() as tx:
        guild, put, ids = GuildId(stage.guild.id), tx.settings.put, {one: [str(role.id)] for one, role in roles.items()}
        await put(guild, SERVER, {"host_roles": ids["hosts"], "own_channel_only": person.strict})
        await put(guild, Level(Scope.CHANNEL, stage.raids.id), {"officer_roles": ids["team"]})
        await put(guild, Level(Scope.CHANNEL, elsewhere.id), {"officer_roles": ids["other team"]})
    has = [roles[person.role]] if person.role else []
    has += [discord_.add_role(stage.guild, name, permissions=person.powers)] if person.powers else []
    hand = stage.owner if name == OWNER else stage.joins("Somebody", roles=has)
    leader = hand.actor.id if person.own else stage.joins("Boss").actor.id
    return hand, await Scene(stage, leader).set()


def pressable(stage: Stage, custom_id: str, chosen: str) -> Message:
    """A message of the bot's with that one button, or with a select of what is chosen."""
    local = stage.local.discord
    message = Message(local.snowflakes.next(), stage.raids, local.bot_user, local.clock.now())
    item: JSON = {"type": SELECTS.get(chosen, STRINGS) if chosen else BUTTON, "id": 2, "custom_id": custom_id}
    if not chosen:
        item |= {"style": 2, "label": "Press"}
    elif chosen not in SELECTS:
        item |= {"options": [{"label": chosen, "value": chosen}]}
    message.components = [{"type": 1, "id": 1, "components": [item]}]
    return posting.place(local, message)


async def touch(hand: Hand, scene: Scene, custom_id: str, component: Component) -> Answer:
    """Press it, or choose from it."""
    stage, chosen = scene.stage, component.choice(custom_id, scene.ids)
    message = pressable(stage, custom_id, chosen)
    things = {"@": stage.member.actor, "#": stage.raids, "&": stage.officer_role}
    return await (hand.select(message, [things.get(chosen, chosen)]) if chosen else hand.click(message, custom_id))


def called(row: Command) -> str:
    return f"/{row.name} {' '.join(row.options)}".strip()


def components(scene: Scene) -> Iterator[tuple[str, Component]]:
    """Every component's every id."""
    for pattern, component in COMPONENTS.items():
        for custom_id in pressed(pattern, scene.ids):
            yield custom_id, component


# ---------------------------------------------------------------- the table is whole


async def test_every_command_has_its_row(local: Any) -> None:
    tree = local.bot.tree
    commands = {one.qualified_name for one in tree.walk_commands() if isinstance(one, app_commands.Command)}
    assert {one.name for one in COMMANDS} == commands
    menus = [kind for kind in discord.AppCommandType if kind is not discord.AppCommandType.chat_input]
    assert set(MENUS) == {one.name for kind in menus for one in tree.get_commands(type=kind)}


async def test_members_do_not_see_what_they_cannot_use(local: Any) -> None:
    told = [one.to_dict(local.bot.tree) for one in local.bot.tree.get_commands()]
    needed = {one["name"]: one["default_member_permissions"] for one in told}
    assert needed == {name: power and power.value for name, power in NEEDS.items()}


def test_every_component_has_its_row() -> None:
    assert set(COMPONENTS) == set(custom_ids.ALL)


def test_every_form_has_its_row() -> None:
    # Loaded as an extension, a module has its classes once more.
    assert {one.__qualname__ for one in FORMS} == {one.__qualname__ for one in AnsweringModal.__subclasses__()}


# ---------------------------------------------------------------- the matrix


@pytest.mark.parametrize("name", PEOPLE)
async def test_who_may_not_is_refused_and_writes_nothing(stage: Stage, heard: list[BaseException], name: str) -> None:
    hand, scene = await somebody(stage, name)
    tries = Tries(name, hand, scene, heard)
    await tries.begin()
    for row in COMMANDS:
        if refusal := row.rule.refuses(name):
            answer = await hand.slash(row.name, force=True, **scene.options(row.options))
            await tries.refused(called(row), answer, refusal)
    for custom_id, component in components(scene):
        if refusal := component.rule.refuses(name):
            await tries.refused(custom_id, await touch(hand, scene, custom_id, component), refusal)
    for menu, rule in MENUS.items():
        if refusal := rule.refuses(name):
            assert scene.sheet
            await tries.refused(menu, await hand.menu(menu, scene.sheet, force=True), refusal)
    assert not tries.wrong, "\n".join(tries.wrong)


@pytest.mark.parametrize("name", PEOPLE)
async def test_who_may_is_let_in(stage: Stage, heard: list[BaseException], name: str) -> None:
    hand, scene = await somebody(stage, name)
    tries = Tries(name, hand, scene, heard)
    for menu, rule in MENUS.items():
        if not rule.refuses(name):
            assert scene.sheet
            tries.passed(menu, await hand.menu(menu, scene.sheet, force=True), (NotSignedUp,))
    for pattern, component in COMPONENTS.items():
        if not component.rule.refuses(name):
            await let_in(tries, pattern, component)
    scene.spoiled = True
    for row in COMMANDS:
        if not row.rule.refuses(name):
            await ready(scene)
            answer = await hand.slash(row.name, force=True, **scene.options(row.options))
            tries.passed(called(row), answer, row.unless)
            scene.spoiled = row.spoils
    assert not tries.wrong, "\n".join(tries.wrong)
    assert await nameless(stage) == set()


async def nameless(stage: Stage) -> set[str]:
    """What was written into the trail that would be shown without words."""
    done = await stage.local.db.fetch("SELECT DISTINCT action FROM patt.audit")
    return {one["action"] for one in done} - trail_texts.DID.keys() - {"add", "settings"}


async def let_in(tries: Tries, pattern: str, component: Component) -> None:
    """Every id of the pattern works, each on a raid of its own where the one before it spoiled it."""
    scene = tries.scene
    for number, _ in enumerate(pressed(pattern, scene.ids)):
        await ready(scene)
        custom_id = list(pressed(pattern, scene.ids))[number]
        tries.passed(custom_id, await touch(tries.hand, scene, custom_id, component), component.unless)
        scene.spoiled = component.spoils


async def ready(scene: Scene) -> None:
    """Whatever was tried before, something can be tried on the scene."""
    if scene.spoiled:
        await scene.renew()


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
async def test_who_lost_the_right_while_typing_is_refused(
    stage: Stage, heard: list[BaseException], form: type[AnsweringModal]
) -> None:
    row = FORMS[form]
    hand, scene = await somebody(stage, MEMBER if row.rule is EVERYBODY else MANAGER)
    tries = Tries(MEMBER, hand, scene, heard)
    opened = await open_form(hand, scene, row.opened)
    assert opened.kind == "modal"
    hand.actor.roles.clear()  # type: ignore[union-attr] - a member
    await tries.begin()
    answer = await hand.submit(opened, row.typed)
    if refusal := row.rule.refuses(MEMBER):
        await tries.refused(form.__name__, answer, refusal)
    else:
        tries.passed(form.__name__, answer, (MusterError,))
    assert not tries.wrong, "\n".join(tries.wrong)


async def open_form(hand: Hand, scene: Scene, opened: str) -> Answer:
    """The form that a command shows, or a component of the scene's raid: there the hand comes late."""
    if opened.startswith("setup:"):
        return await touch(hand, scene, f"muster:{opened}", Component(EVERYBODY))
    if not opened.startswith(":"):
        return await hand.slash(opened, force=True)
    officers, event = scene.stage.local.bot.services.officers, scene.ids["event"]
    member = Actor(GuildId(scene.stage.guild.id), UserId(hand.actor.id), "Somebody")
    await officers.add(scene.boss, event, Whom(member), "late", "Paladin/Holy")
    component = Component(EVERYBODY, "other" if opened == ":arrival" else "")
    return await touch(hand, scene, f"muster:{event}{opened}", component)
