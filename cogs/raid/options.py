"""What several `/raid` commands offer while somebody types."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import Any

from discord import app_commands

from bot.domain.errors import MusterError
from bot.domain.series import Series
from bot.render import night_texts, texts
from bot.services.when import describe, suggest_zones
from cogs.actors import Interaction, actor_of, guild_of

log = logging.getLogger(__name__)

Choices = list[app_commands.Choice[str]]
Offer = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]
LONGEST_CHOICE = 100

SHEETS = [
    app_commands.Choice(name="native: Muster's own sheet with buttons", value="native"),
    app_commands.Choice(name="raid-helper: posted by Raid-Helper", value="raid-helper"),
]


def always(offer: Offer) -> Offer:
    """The offer, else why there is none or a line that says to type on: the library answers nothing when it breaks."""

    @wraps(offer)
    async def offered(interaction: Interaction, typed: str) -> Choices:
        try:
            return await offer(interaction, typed)
        except MusterError as error:
            return [app_commands.Choice(name=str(error)[:LONGEST_CHOICE], value=typed[:LONGEST_CHOICE] or "?")]
        except Exception:
            log.exception("interaction=%s: nothing could be offered", interaction.id)
            return [app_commands.Choice(name=texts.NOTHING_TO_OFFER, value=typed[:LONGEST_CHOICE] or "?")]

    return offered


@always
async def when(interaction: Interaction, typed: str) -> Choices:
    """What was understood, before anything is posted; the value sent is the moment itself."""
    return await _understood(typed, partial(interaction.client.services.raids.read_when, actor_of(interaction)))


@always
async def night_when(interaction: Interaction, typed: str) -> Choices:
    """The same for a night of the series chosen already."""
    named, rests = getattr(interaction.namespace, "series", None) or "", interaction.client.services.series_rests
    return await _understood(typed, partial(rests.read_when, actor_of(interaction), named))


async def _understood(typed: str, read: Callable[[str], Awaitable[tuple[str, datetime]]]) -> Choices:
    if not typed.strip():
        return []
    understood, moment = await read(typed)
    return [app_commands.Choice(name=understood, value=str(int(moment.timestamp())))]


@always
async def event(interaction: Interaction, typed: str) -> Choices:
    """The server's raids; the value sent is the id."""
    services = interaction.client.services
    guild_id = guild_of(interaction)
    zone = await services.own_zone.get(actor_of(interaction))
    now = services.clock.now()
    found = [
        (f"{one.title[:50]} · {describe(one.starts_at, zone, now)}", str(one.id))
        for one in await services.raids.upcoming(guild_id, most=100)
        if typed.casefold() in f"{one.id} {one.title}".casefold()
    ]
    return choices(found)


@always
async def series(interaction: Interaction, typed: str) -> Choices:
    """The server's running series; the value sent is the id."""
    running = await interaction.client.services.series.running(guild_of(interaction))
    return _series(running, typed)


@always
async def any_series(interaction: Interaction, typed: str) -> Choices:
    """The same with those that have ended."""
    return _series(await interaction.client.services.series_ledger.known(guild_of(interaction)), typed)


@always
async def resting_series(interaction: Interaction, typed: str) -> Choices:
    """The series that are paused or have ended."""
    return _series(await interaction.client.services.series_ledger.resumable(guild_of(interaction)), typed)


@always
async def night(interaction: Interaction, typed: str) -> Choices:
    """The coming eight nights of the series chosen already; the value sent is the day."""
    named = getattr(interaction.namespace, "series", None) or ""
    series, nights = await interaction.client.services.series_ledger.nights(guild_of(interaction), named)
    found = [(night_texts.night_choice(series, one), one.day.isoformat()) for one in nights]
    return choices([one for one in found if typed.casefold() in f"{one[0]} {one[1]}".casefold()])


def _series(known: Sequence[Series], typed: str) -> Choices:
    found = [(night_texts.choice(one), str(one.id)) for one in known]
    return choices([one for one in found if typed.casefold() in one[0].casefold()])


@always
async def template(interaction: Interaction, typed: str) -> Choices:
    """The server's own and the shipped templates; the value sent is the name."""
    return choices(await interaction.client.services.templates.choices(guild_of(interaction), typed))


async def timezone(_interaction: Interaction, typed: str) -> Choices:
    """Time zones by name or city."""
    return choices([(zone, zone) for zone in suggest_zones(typed)])


async def weekday(_interaction: Interaction, typed: str) -> Choices:
    """The seven days."""
    return choices([(day, day) for day in texts.WEEKDAYS if day.casefold().startswith(typed.strip().casefold())])


def choices(found: Sequence[tuple[str, str]]) -> Choices:
    """The first 25 of (name, value) as Discord takes them."""
    return [app_commands.Choice(name=name[:LONGEST_CHOICE], value=value) for name, value in found[:25]]
