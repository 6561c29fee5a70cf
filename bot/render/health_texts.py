"""What `/raid health` shows: a line for each thing looked at, and what was given up."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.domain.action import Kind
from bot.domain.durations import show_duration
from bot.domain.health import FEW_REQUESTS, Letter, Loop, Seen, Stored
from bot.render.rights_texts import lacking, where_to_give
from bot.render.sheet import cut
from bot.render.texts import safe, stamp

RETRY, DISCARD, LOOK = "Retry", "Discard", "Look again"
RETRIED = "↩️ It is tried again now."
DISCARDED = "🗑️ It is let go."
FINE, TROUBLE = "✅", "⚠️"
WORKER, BOOKER, PLANNER, TIDY = "Queue's worker", "Auto-booker", "Raids written by hand", "Forgetting old history"
SLOW = timedelta(seconds=1)
MOST_LACKS = 5
LONGEST_WHAT = 60
LONGEST_WHY = 150
LONGEST_RAID = 80

GAVE_UP: Mapping[str, str] = {
    Kind.POST_SHEET: "posting the sheet",
    Kind.REFRESH_SHEET: "redrawing the sheet",
    Kind.DELETE_SHEET: "deleting the sheet",
    Kind.ANNOUNCE: "announcing next week's raid",
    Kind.CREATE_ON_RAID_HELPER: "creating the event on Raid-Helper",
    Kind.EDIT_ON_RAID_HELPER: "changing the event on Raid-Helper",
    Kind.DELETE_ON_RAID_HELPER: "deleting the event on Raid-Helper",
    Kind.SIGN_UP_ON_RAID_HELPER: "signing people up on Raid-Helper",
    Kind.PUT_ON_RAID_HELPER: "changing a sign-up on Raid-Helper",
    Kind.LEAVE_RAID_HELPER: "bringing the sheet here from Raid-Helper",
    Kind.SAY: "saying what `/raid announce` was given",
    Kind.ARCHIVE: "archiving the sheet",
    Kind.ASK_SUBSTITUTES: "asking bench and substitutes",
    Kind.NAME_PEOPLE: "naming in the channel whom no direct message reaches",
    Kind.TELL_OFFICERS: "telling the officers",
    Kind.TELL_MEMBER: "telling a member",
    Kind.POST_COMP: "posting the comp",
    Kind.SYNC_THREAD: "the raid's thread",
    Kind.SYNC_DISCORD_EVENT: "the raid's Discord event",
    Kind.SYNC_ROLE: "the raid's role",
    Kind.CHECK_RIGHTS: "telling what I may not do",
}


def health(stored: Stored, seen: Seen) -> str:
    """Everything looked at, a line each."""
    return "\n".join(["## How I am doing", *_lines(stored, seen)])


def letter(one: Letter) -> str:
    """Something that was given up, with the error it ended with."""
    what = GAVE_UP.get(one.what) or cut(safe(one.what), LONGEST_WHAT)
    raid = f" · {cut(safe(one.raid), LONGEST_RAID)}" if one.raid else ""
    return f"📭 **{what}**{raid}, {stamp(one.since, 'R')}\n-# {cut(safe(one.why), LONGEST_WHY) or 'no reason is known'}"


def _lines(stored: Stored, seen: Seen) -> Iterator[str]:
    now = stored.now
    yield _latency(seen.latency)
    yield from (_loop(one, now) for one in seen.loops)
    yield _queue(stored)
    yield _given_up(stored)
    if stored.quota is not None:
        paused = stored.quota.paused_until
        until = f"; it takes none before {stamp(paused, 't')}" if paused and paused > now else ""
        mark = TROUBLE if until or stored.quota.left < FEW_REQUESTS else FINE
        yield f"{mark} Raid-Helper: {stored.quota.left} of the day's requests left{until}"
    yield from _rights(seen)
    yield f"{FINE} Intents: {'with' if seen.members_intent else 'without'} the members of the server"
    yield f"{FINE} Database: {stored.migration.removesuffix('.sql')}"


def _latency(latency: timedelta | None) -> str:
    if latency is None:
        return f"{TROUBLE} Discord: not connected just now"
    mark = TROUBLE if latency > SLOW else FINE
    return f"{mark} Discord: answers in {round(latency / timedelta(milliseconds=1))} ms"


def _loop(loop: Loop, now: datetime) -> str:
    if loop.last is None:
        return f"⬜ {loop.name}: has not come through yet"
    mend = (
        f", every {show_duration(loop.every)} it should: whoever hosts me finds why in the log"
        if loop.late(now)
        else ""
    )
    return f"{TROUBLE if mend else FINE} {loop.name}: last came through {stamp(loop.last, 'R')}{mend}"


def _queue(stored: Stored) -> str:
    waiting = stored.waiting
    if not waiting.count or waiting.oldest is None:
        return f"{FINE} Queue: nothing is waiting"
    mark = TROUBLE if waiting.stuck(stored.now) else FINE
    return f"{mark} Queue: {waiting.count} due, the oldest {stamp(waiting.oldest, 'R')}"


def _given_up(stored: Stored) -> str:
    if not stored.given_up:
        return f"{FINE} Given up: nothing"
    more = stored.given_up - len(stored.letters)
    shown = f"; the latest {len(stored.letters)} stand below, then the others" if more > 0 else "; see below"
    return f"{TROUBLE} Given up: {stored.given_up}{shown}"


def _rights(seen: Seen) -> Iterator[str]:
    if not seen.lacks:
        yield f"{FINE} Permissions: everything I need, in every channel I write in"
        return
    yield from (f"{TROUBLE} Permissions: {lacking(one)}" for one in seen.lacks[:MOST_LACKS])
    if len(seen.lacks) > MOST_LACKS:
        yield f"{TROUBLE} Permissions: and {len(seen.lacks) - MOST_LACKS} places more"
    yield from (f"-# {line}" for line in where_to_give(seen.lacks))
