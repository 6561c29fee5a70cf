"""A crowd: two hundred members click on one sheet within two seconds."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from bench.aims import Aim
from bench.party import Round, Seat, timed
from bench.stage import Stage
from bot.clock import SystemClock
from bot.domain.ids import EventId
from bot.render.sheet import sheet_embed
from bot.services.sheets import Sheets
from bot.services.templates import Templates
from db import Database
from db.pool import open_pool
from sandbox.discord.world import Message

WITHIN = 2.0
P99 = 1.0
SPACING = 1.0


async def crowd(stage: Stage, dsn: str) -> list[Aim]:
    """All of them are answered quickly, Discord is not pestered, and the sheet shows what the database says."""
    sheet = await stage.post_sheet()
    calls = len(stage.party.discord.calls)
    done = await _come(stage, sheet)
    await _quiet(sheet)
    edits = [call.at for call in stage.party.discord.calls[calls:] if _edits(call.method, call.path, sheet)]
    refused = sum(call.status == 429 for call in stage.party.discord.calls)
    members = len(stage.members)
    print(f"\n{members} members click on one sheet within {WITHIN:.0f} s")
    p50, p99 = done.percentile(0.5), done.percentile(0.99)
    print(f"  answered {len(done.latencies)}, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, {len(edits)} edits")
    return [
        Aim("members of the crowd answered", len(done.latencies), members, at_least=True),
        Aim("p99 of the crowd, in seconds", p99, P99),
        Aim("answers 429 in the whole run", refused, 0),
        Aim("seconds between two edits of the sheet, at least", _shortest(edits), SPACING, at_least=True),
        Aim("sign-ups in the database and on the sheet", await _agreed(sheet, dsn), members, at_least=True),
    ]


async def _come(stage: Stage, sheet: Message) -> Round:
    """One after the other, evenly within the time; a click that gets no answer is missing in the round."""

    async def come(number: int, seat: Seat) -> float:
        await asyncio.sleep(WITHIN * number / len(stage.members))
        return await timed(seat, "Sign up")

    coming = (come(number, Seat(hand, sheet)) for number, hand in enumerate(stage.members))
    done = await asyncio.gather(*coming, return_exceptions=True)
    return Round([one for one in done if isinstance(one, float)], WITHIN)


async def _quiet(sheet: Message) -> None:
    """Wait for the last edit: until none has come for two spacings."""
    seen = -1
    while seen != sheet.edits:
        seen = sheet.edits
        await asyncio.sleep(2.5 * SPACING)


def _edits(method: str, path: str, sheet: Message) -> bool:
    return method == "PATCH" and path == f"/channels/{sheet.channel.id}/messages/{sheet.id}"


def _shortest(edits: Sequence[datetime]) -> float:
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(edits)]
    return min(gaps, default=float("inf"))


async def _agreed(sheet: Message, dsn: str) -> int:
    """How many sign-ups the database has, if the sheet shows just them; else 0."""
    pool = await open_pool(dsn, application_name="bench")
    try:
        event_id = await pool.fetchval("SELECT id FROM patt.raid_events WHERE discord_message_id = $1", sheet.id)
        count = await pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE event_id = $1", event_id)
        db = Database(pool)
        async with db.transaction() as tx:
            drawn = await Sheets(Templates(db), SystemClock()).find(tx, EventId(event_id))
    finally:
        await pool.close()
    same = drawn is not None and sheet_embed(drawn).to_dict() == _embed(sheet)
    return count if same else 0


def _embed(sheet: Message) -> dict[str, object]:
    return dict(sheet.embeds[0])
