"""What `/raid health` shows, and `python -m bot check` of the running bot: a line for each thing looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.action import Kind
from bot.domain.durations import show_duration
from bot.domain.health import EVERY, FEW_REQUESTS, Gateway, Letter, Loop, LoopName, Seen, Stored, Worker
from bot.render.rights_texts import lacking, where_to_give
from bot.render.sheet import cut
from bot.render.texts import safe, stamp

RETRY, DISCARD, LOOK = "Retry", "Discard", "Look again"
RETRIED = "↩️ It is tried again now."
DISCARDED = "🗑️ It is let go."
FINE, TROUBLE, OPEN = "✅", "⚠️", "⬜"
LOOPS: Mapping[LoopName, str] = {
    LoopName.WORKER: "Queue's worker",
    LoopName.BOOKER: "Auto-booker",
    LoopName.PLANNER: "Raids written by hand",
    LoopName.TIDY: "Forgetting old history",
    LoopName.PULSE: "Notes for `python -m bot check`",
}
NEVER_RAN = "Bot: none has run on this database yet"
SLOW = timedelta(seconds=1)
MOST_LACKS = 5
LONGEST_WHAT = 60
LONGEST_WHY = 150
LONGEST_RAID = 80

GAVE_UP: Mapping[str, str] = {
    Kind.POST_SHEET: "posting the sheet",
    Kind.REFRESH_SHEET: "redrawing the sheet",
    Kind.MOVE_SHEET: "moving the sheet to another channel",
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


@dataclass(frozen=True)
class Line:
    """One thing looked at, and by its mark whether it is as it should be."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


Written = Callable[[datetime], str]
"""How a moment stands in a line."""


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
    yield str(_latency("Discord", seen.latency))
    yield from (str(_loop(one, now, lambda moment: stamp(moment, "R"))) for one in seen.loops)
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


def running(workers: Sequence[Worker], gateways: Sequence[Gateway], now: datetime) -> Iterator[Line]:
    """What the running bot wrote down of itself, in plain text, with the age of each."""
    if not gateways:
        yield Line(OPEN, NEVER_RAN)
    for one in gateways:
        yield _gateway(one, now)
    for worker in workers:
        which = f" (shards {', '.join(map(str, worker.shards))})" if len(workers) > 1 else ""
        for loop in worker.loops:
            line = _loop(loop, now, lambda moment: ago(moment, now))
            yield Line(line.mark, f"{line.text}{which}")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago that was, for readers whom Discord shows no clock."""
    return f"{show_duration(now - moment)} ago" if now - moment >= timedelta(minutes=1) else "just now"


def _gateway(one: Gateway, now: datetime) -> Line:
    name, measured = f"Discord, shard {one.shard}", ago(one.measured, now)
    if one.silent(now):
        period = show_duration(EVERY[LoopName.PULSE])
        said = f"the bot last gave a sign of life {measured}, every {period} it should: it seems to stand still"
        return Line(TROUBLE, f"{name}: {said}. Start it; if it runs, its log says why.")
    line = _latency(name, one.latency)
    return Line(line.mark, f"{line.text}, measured {measured}")


def _latency(name: str, latency: timedelta | None) -> Line:
    if latency is None:
        return Line(TROUBLE, f"{name}: not connected just now")
    mark = TROUBLE if latency > SLOW else FINE
    return Line(mark, f"{name}: answers in {round(latency / timedelta(milliseconds=1))} ms")


def _loop(loop: Loop, now: datetime, written: Written) -> Line:
    name, late = LOOPS[loop.name], loop.late(now)
    last = f"last came through {written(loop.last)}" if loop.last else "has not come through yet"
    mend = f", every {show_duration(loop.every)} it should: whoever hosts me finds why in the log" if late else ""
    mark = TROUBLE if late else FINE if loop.last else OPEN
    return Line(mark, f"{name}: {last}{mend}")


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
    yield from (
        f"{TROUBLE} {'Roles' if one.roles else 'Permissions'}: {lacking(one)}" for one in seen.lacks[:MOST_LACKS]
    )
    if len(seen.lacks) > MOST_LACKS:
        yield f"{TROUBLE} Permissions: and {len(seen.lacks) - MOST_LACKS} places more"
    yield from (f"-# {line}" for line in where_to_give(seen.lacks))
