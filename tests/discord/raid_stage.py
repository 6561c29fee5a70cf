"""A staged server around a running bot, and the short words the tests of this folder use."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.server import Call
from sandbox.discord.world import Channel, Guild, Message, Role
from sandbox.local import Local

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""Where the clock stands at first: a Wednesday, 13:00 in Berlin."""

FRIDAY = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
"""What "fri 20:00" means then on Berlin's clocks."""

SECOND = timedelta(seconds=1)
PUBLISHED = Path(__file__).parents[3] / "shared" / "discord-openapi.json"
"""Discord's own description of its API: it lies beside the repository, not in it."""

CHANGE, LEAVE = ["Change class or spec", "Other character"], ["Note", "Withdraw"]
ARRIVAL = ["When do you arrive?"]
"""The rows below the answer to a click, as `below` reads them."""

BROKEN = re.compile(r"Something broke on my side.*`(\d+)`", re.DOTALL)


@dataclass
class Stage:
    """One server with its people; every hand acts in the raid channel."""

    local: Local
    guild: Guild
    raids: Channel
    officers: Channel
    officer_role: Role
    owner: Hand
    officer: Hand
    member: Hand

    def joins(self, name: str, *, roles: Sequence[Role] = (), dms_open: bool = True) -> Hand:
        """The hand of a new member."""
        discord = self.local.discord
        return discord.hand(discord.add_member(self.guild, name, roles=roles, dms_open=dms_open), self.raids)

    async def set_up(self, **options: Any) -> Answer:
        """`/raid setup` by the owner: the raid channel, Berlin's clocks, the officer role, and what is given."""
        usual = {"channel": self.raids, "timezone": "Europe/Berlin", "officer_role": self.officer_role}
        return await self.owner.slash("raid setup", **(usual | options))

    async def raid(self, **options: Any) -> Message:
        """`/raid create` by the officer; the sheet it posts."""
        channel = options.get("channel", self.raids)
        before = len(self.local.discord.messages(channel))
        answer = await self.officer.slash("raid create", **({"title": "Heroic", "when": "fri 20:00"} | options))
        await self.local.settle()
        posted = self.local.discord.messages(channel)[before:]
        assert len(posted) == 1, answer.text
        return posted[0]

    async def sign_up(self, hand: Hand, sheet: Message, game_class: str = "Paladin", spec: str = "Holy") -> Answer:
        """The first sign-up of somebody: the button, the class, the spec."""
        answer = await hand.click(sheet, "Sign up")
        answer = await hand.select(answer, [game_class])
        return await hand.select(answer, [spec])

    async def redraw(self) -> None:
        """Let the second pass after which changes reach the sheet."""
        await self.local.pass_time(SECOND)

    async def value(self, statement: str, *arguments: Any) -> Any:
        """The one value a statement answers with."""
        return await self.local.db.fetchval(statement, *arguments)

    async def until(self, statement: str, *arguments: Any) -> None:
        """Wait until the statement answers with the truth: what Discord tells the bot comes in its own time."""
        async with asyncio.timeout(10):
            while not await self.value(statement, *arguments):  # noqa: ASYNC110 - the database has no event to wait for
                await asyncio.sleep(0.01)

    async def row(self, statement: str, *arguments: Any) -> dict[str, Any]:
        """The one row a statement answers with."""
        row = await self.local.db.fetchrow(statement, *arguments)
        assert row is not None
        return dict(row)

    async def rows(self) -> dict[str, int]:
        """How many rows every table has: two equal counts, and nothing was stored in between.

        But for who took a command, and what the bot notes of itself by the way.
        """
        tables = await self.local.db.fetch(
            """
            SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
            WHERE table_schema IN ('patt', 'common', 'guild_identity') AND table_type = 'BASE TABLE'
              AND table_name NOT IN ('interactions', 'loops', 'gateways')
            """
        )
        return {row["name"]: await self.value(f"SELECT count(*) FROM {row['name']}") for row in tables}  # noqa: S608 - names from the catalogue

    async def contents(self) -> dict[str, str]:
        """What stands in every table, in short: two that are equal, and nothing was written in between."""
        each = "SELECT '{0}' AS name, md5(string_agg(one::text, '' ORDER BY one::text)) AS rows FROM {0} one"
        found = await self.local.db.fetch(" UNION ALL ".join(each.format(name) for name in sorted(await self.rows())))
        return {row["name"]: row["rows"] for row in found}

    def calls(self, method: str, part: str) -> list[Call]:
        """The bot's requests to Discord whose path holds `part`."""
        return [call for call in self.local.discord.calls if call.method == method and part in call.path]

    def posts(self, channel: Channel | None = None) -> list[Call]:
        """The messages the bot sent into the channel."""
        return self.calls("POST", f"/channels/{(channel or self.raids).id}/messages")

    def rung(self) -> bool:
        """Whether any message anywhere pinged anybody."""
        return any(one.pings for channel in self.local.discord.world.channels.values() for one in messages(channel))


def messages(channel: Channel) -> list[Message]:
    """What stands in the channel."""
    return list(channel.messages.values())


def fields(sheet: Message) -> dict[str, str]:
    """The sheet's blocks: heading → names."""
    return {one["name"]: one["value"] for one in sheet.embeds[0].get("fields", [])}


def counts(sheet: Message) -> str:
    """The sheet's line of counts."""
    return sheet.embeds[0]["description"].splitlines()[-1]


def event_id(sheet: Message) -> int:
    """The raid's id, from the footer."""
    return int(sheet.embeds[0]["footer"]["text"].partition(" ")[0].removeprefix("#"))


def below(answer: Answer) -> list[list[str]]:
    """The rows below an answer: the labels of its buttons, and what its selects ask."""
    return [[one.get("label") or one["placeholder"] for one in row["components"]] for row in answer.components]


def is_refusal(answer: Answer) -> bool:
    """Whether only the member sees the answer, and it is no breakage."""
    return answer.ephemeral and bool(answer.text) and not BROKEN.search(answer.text)


def reference(answer: Answer) -> str:
    """The reference in the answer to something that broke, which only the member sees."""
    found = BROKEN.search(answer.text)
    assert found, answer.text
    assert answer.ephemeral
    return found[1]
