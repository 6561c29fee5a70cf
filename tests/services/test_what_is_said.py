"""Random evenings: what a click is answered, what the sheet shows after it, and what is stored are one and the same.

And whoever's place somebody else changed is told of it exactly once, so that nobody ends up believing otherwise.
"""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.domain.gates import HostPicks
from bot.domain.ids import EventId, RoleId
from bot.domain.notice import Notice
from bot.domain.permissions import Actor
from bot.domain.roster import Placed
from bot.domain.sign_up import NotSignedUp
from bot.domain.template import Choice
from bot.render import mine_texts
from bot.render.sheet import sheet_embed
from bot.services.clicking import SignedUp
from bot.services.officers import Whom
from bot.services.raid_edits import EditWish, NothingToChange
from bot.services.raids import RaidWish
from tests.factories import GUILD, member, officer
from tests.services.world import Worker, World

PEOPLE, NOBODYS = range(1, 8), ("Gunther", "Hilde")
STEPS = 50
CORE = RoleId(77)
LATE_IN = "You are in and coming **late**"
IN = re.compile(r"You are in(?: and coming \*\*late\*\*)?(?: as \*\*(?P<what>.+?)\*\*)?, #(?P<number>\d+)\.")
WAITS = re.compile(
    r"ou are in the \*\*queue\*\* at place (?P<place>\d+)(?: as \*\*(?P<what>.+?)\*\*)?(, coming \*\*late)?"
)
DOWN = {"**bench**": Choice.BENCH, "as **Tentative**": Choice.TENTATIVE, "as **Absence**": Choice.ABSENCE}
ENTRY = re.compile(r"`(?P<number>\d+)` (?:(?P<emoji>\S+) )?\*\*(?P<name>[^*]+)\*\*(?P<marks>.*)")
EMOJI = {"🧱": "Shield Knight", "⚔️": "Sword Knight", "🩹": "Mend Cleric"}
ROLE = {"Shield Knight": "Tanks", "Sword Knight": "Damage", "Mend Cleric": "Healers"}


def definition(
    roles: tuple[Any, Any, Any], knights: Any = None, shields: Any = None, **sign_ups: Any
) -> dict[str, Any]:
    """A game of two classes; limits of its roles, of a class and of a spec."""
    names = (("Tank", "Tanks", "🛡️"), ("Healer", "Healers", "💚"), ("Damage", "Damage", "🏹"))
    return {
        "name": "ours",
        "title": "Ours",
        "roles": [
            {"name": name, "plural": plural, "emoji": emoji, "limit": limit}
            for (name, plural, emoji), limit in zip(names, roles, strict=True)
        ],
        "classes": [
            {
                "name": "Knight",
                "emoji": "🐴",
                "limit": knights,
                "specs": [
                    {"name": "Shield", "role": "Tank", "emoji": "🧱", "limit": shields},
                    {"name": "Sword", "role": "Damage", "emoji": "⚔️"},
                ],
            },
            {"name": "Cleric", "emoji": "✨", "specs": [{"name": "Mend", "role": "Healer", "emoji": "🩹"}]},
        ],
        "sign_ups": sign_ups,
    }


GAMES = {
    "total": (definition((None, None, None)), 3),
    "roles": (definition((1, 1, 2)), None),
    "class and spec": (definition((None, None, None), knights=2, shields=1), 5),
    "waiting list": (definition((1, None, None), method="waiting-list"), 3),
    "host": (definition((None, None, None), method="host"), 2),
    "priority": (definition((None, 1, None), method="priority", priority_roles=[str(CORE)]), 3),
}


@dataclass(frozen=True)
class Place:
    """Somebody's place as a text tells or a sheet shows it; what is not told is None."""

    kind: str
    number: int | None = None
    what: str | None = None
    late: bool | None = None


def told(text: str) -> Place:
    """What the first line of an answer says."""
    line = text.splitlines()[0]
    if found := IN.search(line):
        return Place("in", int(found["number"]), found["what"], line.startswith(LATE_IN))
    if found := WAITS.search(line):
        return Place("queue", int(found["place"]), found["what"], found[3] is not None)
    [choice] = [choice for words, choice in DOWN.items() if words in line]
    return Place(choice)


def shown(world: World) -> Mapping[str, Place]:
    """What the sheet as it was drawn last says of everybody; its own counts are right."""
    sheet = (world.discord.edits or world.discord.sheets)[-1]
    embed = sheet_embed(sheet)
    found: dict[str, Place] = {}
    for block in embed.fields:
        entries = [ENTRY.fullmatch(one) for one in re.split(r"\n|, ", block.value or "")]
        for position, one in enumerate(entries, start=1):
            assert one, block
            assert one["name"] not in found
            found[one["name"]] = _place(block.name or "", position, one)
        count = re.search(r"\((\d+)(?:/(\d+))?\)", block.name or "")
        assert count
        assert count[2] or int(count[1]) == len(entries)  # beside a limit, those who come late are counted, too
        assert not count[2] or len(entries) <= int(count[1]) <= int(count[2])
    seats, queue = (sum(one.kind == kind for one in found.values()) for kind in ("in", "queue"))
    _check_counts((embed.description or "").splitlines()[-1], seats, queue, sheet.event.total_limit, found)
    assert sorted(one.number for one in sheet.roster.everyone) == list(range(1, len(found) + 1))
    return found


def _place(heading: str, position: int, entry: re.Match[str]) -> Place:
    number, what = int(entry["number"]), EMOJI.get(entry["emoji"] or "")
    if "Queue" in heading:
        return Place("queue", position, what, "🕒" in entry["marks"])
    for words, choice in (("Tentative", Choice.TENTATIVE), ("Bench", Choice.BENCH), ("Absence", Choice.ABSENCE)):
        if words in heading:
            return Place(choice)
    late = "Late" in heading
    assert late or what is None or ROLE[what] in heading
    return Place("in", number, what, late)


def _check_counts(line: str, seats: int, queue: int, limit: int | None, found: Mapping[str, Place]) -> None:
    total, *roles = line.split(" · ")
    assert total.startswith(f"👥 **{seats}/{limit}**" if limit else f"👥 **{seats}**")
    assert (f"(+{queue} in the queue)" in total) is bool(queue)
    for role, said in zip(("Tanks", "Healers", "Damage"), roles, strict=True):
        count = re.search(r" (\d+)(?:/(\d+))?$", said)
        assert count
        assert int(count[1]) == sum(one.kind == "in" and ROLE.get(one.what or "") == role for one in found.values())
        assert count[2] is None or int(count[1]) <= int(count[2])


@dataclass
class Evening:
    """One raid and its people; `believed` is what each knows of their own place, by their answers and notices."""

    world: World
    workers: tuple[Worker, ...]
    event_id: EventId
    random: Random
    believed: dict[str, str] = field(default_factory=dict)

    async def play(self) -> None:
        steps = {self.click: 10, self.change: 5, self.withdraw: 2, self.put: 3, self.take_off: 1, self.limit: 2}
        for _ in range(STEPS):
            heard = len(self.world.discord.tidings)
            [step] = self.random.choices(list(steps), weights=list(steps.values()))
            acted, said = await step()
            await self.world.pass_time(timedelta(seconds=2))
            await self.check(step.__name__, acted, said, heard)

    async def check(self, step: str, acted: str | None, said: Place | None, heard: int) -> None:
        stored, sheet = await self.stored(), shown(self.world)
        assert {name: choice_of(one, stored[name]) for name, one in sheet.items()} == stored
        if said is not None:
            assert acted is not None
            assert sheet[acted] == said, step
        self.hear(acted, said, heard)
        known = {name: one.kind for name, one in sheet.items() if name not in NOBODYS}
        assert {name: kind for name, kind in self.believed.items() if kind != "gone"} == known, step

    def hear(self, acted: str | None, said: Place | None, heard: int) -> None:
        """Believe what was just answered and told; what was told is true, new to them, and said once."""
        if acted is not None and said is not None:
            self.believed[acted] = said.kind
        news = self.world.discord.tidings[heard:]
        assert not [one for one, count in Counter((user, what.notice) for user, what in news).items() if count > 1]
        for user_id, what in news:
            name = f"Member {user_id - member(0).user_id}"
            before = self.believed.get(name, "gone")
            placed = what.of(user_id)
            now = "gone" if placed is None else _kind(placed)
            expected = {Notice.PROMOTED: ("queue", "in"), Notice.DEMOTED: ("in", "queue")}.get(what.notice)
            assert expected is None or (before, now) == expected
            self.believed[name] = now

    async def stored(self) -> dict[str, str]:
        rows = await self.world.pool.fetch(
            """
            SELECT p.display_name, a.status FROM patt.raid_attendance a
            JOIN guild_identity.players p ON p.id = a.player_id WHERE a.event_id = $1
            """,
            self.event_id,
        )
        return {row["display_name"]: row["status"] for row in rows}

    # ------------------------------------------------------------ what people do

    @property
    def worker(self) -> Worker:
        return self.random.choice(self.workers)

    def somebody(self) -> Actor:
        number = self.random.choice(PEOPLE)
        return member(number, role_ids=frozenset({CORE} if number % 3 == 0 else ()))

    def pick(self) -> tuple[str, str]:
        return self.random.choice([("Knight", "Shield"), ("Knight", "Sword"), ("Cleric", "Mend")])

    async def click(self) -> tuple[str | None, Place | None]:
        return await self._answer(self.random.choice(list(Choice)), respec=False)

    async def change(self) -> tuple[str | None, Place | None]:
        return await self._answer(self.random.choice([Choice.ACCEPTED, Choice.LATE]), respec=True)

    async def _answer(self, choice: Choice, *, respec: bool) -> tuple[str | None, Place | None]:
        who, worker = self.somebody(), self.worker
        try:
            outcome = await worker.sign_ups.answer(who, self.event_id, choice, self.pick() if respec else None)
            if not isinstance(outcome, SignedUp):
                outcome = await worker.sign_ups.answer(who, self.event_id, choice, self.pick())
        except HostPicks:
            return None, None
        assert isinstance(outcome, SignedUp)
        return who.name, told(mine_texts.card(outcome.event, outcome.template, outcome.placed))

    async def withdraw(self) -> tuple[str | None, Place | None]:
        who = self.somebody()
        try:
            await self.worker.sign_ups.withdraw(who, self.event_id)
        except NotSignedUp:
            return None, None
        self.believed[who.name] = "gone"
        return None, None

    async def put(self) -> tuple[str | None, Place | None]:
        nobody = self.random.random() < 0.3
        whom = Whom(name=self.random.choice(NOBODYS)) if nobody else Whom(self.somebody())
        status = self.random.choice([None, "sign up", "late", "bench"])
        spec = self.random.choice([None, "Shield Knight", "Mend Cleric"])
        await self.worker.officers.add(officer(), str(self.event_id), whom, status, spec)
        return None, None

    async def take_off(self) -> tuple[str | None, Place | None]:
        there = sorted(await self.stored())
        if there:
            await self.worker.officers.remove(officer(), str(self.event_id), self.random.choice(there))
        return None, None

    async def limit(self) -> tuple[str | None, Place | None]:
        wish = EditWish(limit=self.random.choice(["none", "1", "2", "3", "5"]))
        with suppress(NothingToChange):
            await self.worker.edits.edit(officer(), str(self.event_id), wish)
        return None, None


def _kind(placed: Placed) -> str:
    choice = placed.sign_up.choice
    if not choice.holds_seat:
        return choice
    return "in" if placed.position is None else "queue"


def choice_of(one: Place, stored: str) -> str:
    """The answer that a place on the sheet tells."""
    if one.kind not in ("in", "queue"):
        return one.kind
    return Choice.LATE if one.late else Choice.ACCEPTED


@pytest.mark.parametrize("game", GAMES)
async def test_what_is_answered_shown_stored_and_told_agrees(guild: World, game: str) -> None:
    data, limit = GAMES[game]
    async with guild.first.db.transaction() as tx:
        await tx.templates.put(GUILD, "ours", data, "digest")
    wish = RaidWish(title="Heroic", when="friday 20:00", template="ours", limit=limit, reminders="none")
    event_id = (await guild.first.raids.create(officer(), wish)).id
    await guild.run()
    async with guild.worker() as second:
        await Evening(guild, (guild.first, second), event_id, Random(game)).play()  # noqa: S311 - the same evening at every run
