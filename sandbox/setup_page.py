"""`docs/setup.md`: the setup as its owner goes through it, played against the running bot."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.render import custom_ids, setup_texts
from sandbox.clock import ManualClock
from sandbox.discord import wire
from sandbox.discord.answer import Answer
from sandbox.discord.permissions import Permission
from sandbox.discord.screen import render_message
from sandbox.discord.world import Guild, Message
from sandbox.local import Local, local_world, throwaway_database

SETUP_PAGE = Path(__file__).resolve().parent.parent / "docs" / "setup.md"
BEGINNING = datetime(2027, 3, 15, 18, 30, tzinfo=UTC)
"""Two weeks before the clocks go forward in Europe, so that the page shows it."""
ZONE = ZoneInfo("Europe/Berlin")
WIDTH = 100
LINK = re.compile(r"https://discord\.com/channels/[\d/\s▌]*\d")
"""A link to a message: its ids differ from run to run."""
PREFACE = """# Setup

<!-- Written by `python -m sandbox.gallery setup`; a test plays it and holds this page to what the bot answers. -->

From the invitation to a test sheet in {count} choices and presses. Nothing is typed, every choice is saved at once, and
the message goes on working after a restart. Whoever manages the server sees it, nobody else."""


async def setup_page(local: Local) -> str:
    """The page; `local` stands at `BEGINNING`."""
    guild = _invited(local)
    raids, officers = (
        next(one for one in guild.channels.values() if one.name == name) for name in ("raids", "officers")
    )
    role = next(one for one in guild.roles.values() if one.name == "Raid lead")
    owner = local.discord.hand(guild.members[guild.owner_id], officers)
    before = local.discord.transcript.interactions
    first = shown = await owner.slash("raid setup")
    opened = _picture(local, guild, first.message)
    steps: list[tuple[str, Answer]] = []
    for do, what, value in (
        ("channel", f"{setup_texts.CHOOSE_CHANNEL}: #raids", raids),
        ("role", f"{setup_texts.CHOOSE_ROLE}: @Raid lead", role),
        ("officers", f"{setup_texts.CHOOSE_OFFICERS}: #officers", officers),
        ("zone", f"{setup_texts.CHOOSE_ZONE}: Europe/Berlin", "Europe/Berlin"),
        ("game", f"{setup_texts.CHOOSE_GAME}: Final Fantasy XIV", "ffxiv"),
    ):
        shown = await owner.select(shown, [value], custom_ids.set_up(do))
        steps.append((what, shown))
    shown = await owner.click(shown, setup_texts.TEST)
    await local.settle()
    count = local.discord.transcript.interactions - before
    shown = await owner.click(shown, setup_texts.LOOK)
    [sheet] = local.discord.messages(raids)
    listed = [f"{number}. {what}" for number, (what, _) in enumerate(steps, start=2)]
    parts = [
        PREFACE.format(count=count),
        *("In a server it is invited to, Muster says how to begin, where it may write:", _fenced(setup_texts.BEGIN)),
        *("1. `/raid setup`", _fenced(opened)),
        "\n".join([*listed, f"{count}. `{setup_texts.TEST}`"]),
        *("Then the message says:", _fenced(_picture(local, guild, shown.message))),
        *("And in #raids stands:", _fenced(_picture(local, guild, sheet))),
    ]
    return "\n\n".join(parts) + "\n"


def _invited(local: Local) -> Guild:
    """A guild that has just invited the bot; its officers' role lacks Manage Events."""
    discord = local.discord
    guild = discord.add_guild("Night Watch", discord.add_user("Sela", locale="de"))
    for name in ("raids", "officers"):
        discord.add_text_channel(guild, name)
    discord.add_role(guild, "Raid lead", permissions=Permission.MANAGE_MESSAGES)
    return guild


def _picture(local: Local, guild: Guild, message: Message) -> str:
    """The message as it stands, ids as names."""

    def name_of(snowflake: str) -> str | None:
        number = int(snowflake)
        if number in guild.members:
            return guild.members[number].display_name
        named = guild.channels.get(number) or guild.roles.get(number)
        return named.name if named else None

    body = wire.message(message, local.discord.application_id)
    text = render_message(body, now=local.clock.now(), names=name_of, width=WIDTH, zone=ZONE)
    return LINK.sub("https://discord.com/channels/…", text)


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


async def write() -> None:
    """Play it on a database of its own, and write the page."""
    async with throwaway_database() as dsn, local_world(dsn, ManualClock(BEGINNING)) as local:
        SETUP_PAGE.write_text(await setup_page(local), encoding="utf-8")
