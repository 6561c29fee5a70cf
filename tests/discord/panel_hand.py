"""The control panel in a test's hand: how to reach it and how to read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from raid_stage import Stage, event_id, fields, messages

from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.words import walk
from sandbox.discord.world import Member, Message
from sandbox.local import running_bot


async def panel(stage: Stage, sheet: Message, hand: Hand | None = None) -> Answer:
    return await (hand or stage.officer).slash("raid show", event=str(event_id(sheet)))


async def person(stage: Stage, sheet: Message, name: str) -> Answer:
    """The panel of somebody on the sheet."""
    people = await stage.officer.click(await panel(stage, sheet), "Person…")
    return await stage.officer.select(people, [option(people, name)])


def option(shown: Answer, name: str) -> str:
    """The value of the person of that name in the select."""
    options = [one for item in walk(shown.components) for one in item.get("options", [])]
    return next(one["value"] for one in options if one["label"].partition(" ")[2] == name)


def told(stage: Stage, hand: Hand) -> list[str]:
    """What the bot told the member by direct message."""
    assert isinstance(hand.actor, Member)
    return [one.content for one in messages(stage.local.discord.dm_channel(hand.actor.user))]


def people(sheet: Message) -> str:
    return "\n".join(f"{heading}: {names}" for heading, names in fields(sheet).items())


def dead(shown: Answer) -> set[str]:
    """The buttons nobody can press."""
    return {one["label"] for one in walk(shown.components) if one["type"] == 2 and one.get("disabled")}


def forged(shown: Answer, label: str, custom_id: str) -> None:
    """Give a button of the panel another id, as nobody's client does."""
    next(one for one in walk(shown.message.components) if one.get("label") == label)["custom_id"] = custom_id


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    """The process is gone, with everything it had in memory; another one takes its place."""
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield
