"""The pictures of the documents as text; tests hold the documents to them.

`python -m sandbox.gallery` prints the README's, `python -m sandbox.gallery games` writes `docs/games.md`, and
`python -m sandbox.gallery setup` writes `docs/setup.md`.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.durations import show_duration
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, PlayerId, SignUpId, UserId
from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, GameClass, Template
from bot.domain.template_file import read_file
from bot.render.sheet import sheet_embed
from bot.services.templates import SHIPPED
from cogs.sheet import sheet_view
from sandbox import setup_page
from sandbox.cast import RAIDERS, Raider
from sandbox.discord.screen import render_message
from sandbox.parties import PARTIES, Party

START = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
SHOWN = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
GAMES_PAGE = Path(__file__).resolve().parent.parent / "docs" / "games.md"
PRESSED = {
    "Sign up": Choice.ACCEPTED,
    "Late": Choice.LATE,
    "Tentative": Choice.TENTATIVE,
    "Bench": Choice.BENCH,
    "Absence": Choice.ABSENCE,
}


def wow_sheet() -> Sheet:
    """The invented guild's sheet: forty answers to thirty seats."""
    sign_ups = [_raider(number, raider) for number, raider in enumerate(RAIDERS, start=1)]
    return _sheet(
        shipped("wow-retail"),
        sign_ups,
        "Heroic Wednesday",
        description="Bring flasks. Invites at 19:45.",
        limit=30,
        series="Heroic Wednesday",
    )


def shipped(name: str) -> Template:
    """The shipped template of that name."""
    return read_file((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))


async def picture(sheet: Sheet | None = None, *, phone: bool = False) -> str:
    """A sheet (the invented guild's when none is given) as its channel shows it, on a computer or a phone.

    Views are made inside a running loop, so this is one to await.
    """
    sheet = sheet or wow_sheet()
    message = {
        "author": {"id": "1", "username": "Muster", "bot": True},
        "timestamp": SHOWN.isoformat(),
        "embeds": [sheet_embed(sheet).to_dict()],
        "components": sheet_view(sheet).to_components(),
    }
    width = 46 if phone else 100
    return render_message(message, now=SHOWN, names={"7": "Sela"}.get, width=width, zone=ZONE, phone=phone)


async def games_page() -> str:
    """`docs/games.md`: what every shipped template asks, and its sheet with an invented party."""
    return "\n\n".join([_PREFACE, *[await _game(party) for party in PARTIES]]) + "\n"


_PREFACE = """# Games

<!-- Written by `python -m sandbox.gallery games`; a test holds this page to the templates. -->

Every sheet follows a template. `/raid create` and `/raid series add` take one with `template:`; without it the
server's default stands. A raider's choice of class and spec is remembered for each game by itself."""


async def _game(party: Party) -> str:
    template = shipped(party.template)
    sheet = party_sheet(party)
    return "\n\n".join(
        [
            f"## {template.emoji} {template.title}",
            _facts(template),
            *_asked(template),
            f"```text\n{await picture(sheet)}\n```",
        ]
    )


def _facts(template: Template) -> str:
    facts = [f"`template:{template.name}`"]
    if template.duration_minutes:
        facts.append(show_duration(timedelta(minutes=template.duration_minutes)))
    facts.append(f"{template.limit} seats" if template.limit else "any number of seats")
    return " · ".join(facts)


def _asked(template: Template) -> Iterator[str]:
    """What the first sign-up asks, as one list; and the buffs a raid wants."""
    if template.classes:
        yield "\n".join(f"- {line}" for line in _choices(template.classes))
    if template.buffs:
        yield f"Buffs a raid wants: {', '.join(buff.name for buff in template.buffs)}."


def _choices(classes: Sequence[GameClass]) -> Iterator[str]:
    """The classes with their specs, those that offer the same in one line."""
    for specs, alike in groupby(classes, key=_specs):
        names = ", ".join(f"{one.emoji} {one.name}" for one in alike)
        yield f"{names}: {specs}" if specs else names


def _specs(game_class: GameClass) -> str:
    """The specs to choose from, with their roles where those differ; nothing when there is no choice."""
    specs = game_class.specs
    if len(specs) == 1:
        return ""
    several = len({spec.role for spec in specs}) > 1
    return ", ".join(f"{spec.name} ({spec.role})" if several else spec.name for spec in specs)


def party_sheet(party: Party) -> Sheet:
    """The sheet of an invented party: everybody comes but the last three, who give the other answers."""
    template = shipped(party.template)
    others = [choice for choice in (Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE) if choice in template.labels]
    answers = [(Choice.ACCEPTED, pick) for pick in party.picks] + [(choice, (None, None)) for choice in others]
    sign_ups = [_sign_up(number, choice, pick) for number, (choice, pick) in enumerate(answers, start=1)]
    return _sheet(template, sign_ups, party.title, limit=template.limit)


def _sheet(
    template: Template,
    sign_ups: Sequence[SignUp],
    title: str,
    *,
    description: str = "",
    limit: int | None = None,
    series: str | None = None,
) -> Sheet:
    event = Event(
        id=EventId(12),
        guild_id=GuildId(1),
        title=title,
        description=description,
        day=date(2026, 11, 25),
        starts_at=START,
        ends_at=START + timedelta(minutes=template.duration_minutes or 180),
        leader_id=UserId(7),
        total_limit=limit,
        channel_id=ChannelId(2),
        message_id=MessageId(3),
    )
    return Sheet(event, template, place(sign_ups, template, limit), series)


def _raider(number: int, raider: Raider) -> SignUp:
    choice = PRESSED[raider.answer]
    pick = (raider.game_class, raider.spec) if choice.holds_seat else (None, None)
    return _sign_up(number, choice, pick)


def _sign_up(number: int, choice: Choice, pick: tuple[str | None, str | None]) -> SignUp:
    return SignUp(
        id=SignUpId(number),
        player_id=PlayerId(number),
        name=RAIDERS[number - 1].name,
        user_id=UserId(100 + number),
        choice=choice,
        signed_at=SHOWN + timedelta(seconds=number),
        class_name=pick[0],
        spec_name=pick[1],
    )


async def _show() -> None:
    print(await picture())
    print()
    print(await picture(phone=True))


def _write_games() -> None:
    GAMES_PAGE.parent.mkdir(exist_ok=True)
    GAMES_PAGE.write_text(asyncio.run(games_page()), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["games"]:
        _write_games()
    elif sys.argv[1:] == ["setup"]:
        asyncio.run(setup_page.write())
    else:
        asyncio.run(_show())
