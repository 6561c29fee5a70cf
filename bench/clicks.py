"""`make bench`: what Muster adds to a click, measured against a bare discord.py bot in the same run.

The bare bot acknowledges the same button with an ephemeral message and stores nothing. The floor commits the
three rows a sign-up leaves behind and then answers with Muster's two buttons, deciding and drawing nothing: what it
costs not to forget a click, one thing after the other. It is shown beside and has no aim. All stand on the same local
Discord program, which runs here with the members' hands; each bot has a process of its own. The bots take turns and
medians are compared, because machines are shared. Exits 1 when an aim is missed.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from bench.aims import Aim
from bench.crowd import crowd
from bench.party import Party, Round, joined, party
from bench.stage import Stage, build, set_up
from bot.log import set_up_logging
from db.embedded import DURABLE, EmbeddedPostgres
from db.migrate import migrate

KINDS = ("bare", "floor", "muster")
NAMES = ("bare discord.py", "the floor", "Muster")
SHEETS = 8
REGULARS = 64
SEATS_A_TURN = 8
CROWD = 200
P50, P99, THROUGHPUT, TRIPS = 2.0, 2.5, 0.5, 3.0


def main() -> int:
    """The exit code: 0 when every aim was held."""
    parser = argparse.ArgumentParser(prog="python -m bench.clicks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds a bot and load (default 9)")
    parser.add_argument("--clicks", type=int, default=640, help="clicks a round with 64 at once (default 640)")
    wanted = parser.parse_args()
    set_up_logging("WARNING", "text")
    aims = asyncio.run(_measure(wanted.rounds, wanted.clicks))
    print("\nAims")
    print(*aims, sep="\n")
    return 0 if all(aim.held for aim in aims) else 1


async def _measure(rounds: int, clicks: int) -> list[Aim]:
    folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))  # not in memory: a commit shall cost what a host's does
    server = EmbeddedPostgres(DURABLE)
    try:
        dsn = await server.start(folder)
        await migrate(dsn)
        say_where(folder)
        async with AsyncExitStack() as stack:
            parties = [await stack.enter_async_context(party(kind, dsn)) for kind in KINDS]
            return await _compare(parties, dsn, rounds, clicks)
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def say_where(folder: Path) -> None:
    """Print what the figures were measured on."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Postgres as a host gets it (fsync on, commits")
    print(f"waited for); an fsync where its data lies takes {_fsync_seconds(folder) * 1000:.2f} ms.")


def _fsync_seconds(folder: Path) -> float:
    """The median of twenty."""
    with (folder / "fsync").open("wb", buffering=0) as file:
        return median(_timed_fsync(file.fileno()) for _ in range(20))


def _timed_fsync(file: int) -> float:
    os.write(file, b"x" * 512)
    began = time.perf_counter()
    os.fsync(file)
    return time.perf_counter() - began


async def _compare(parties: Sequence[Party], dsn: str, rounds: int, clicks: int) -> list[Aim]:
    *others, muster = parties
    stage, twins = build(muster, CROWD), [build(one, REGULARS) for one in others]
    await set_up(stage, SHEETS, REGULARS)
    for twin in twins:
        twin.copy_sheets(stage)
    aims: list[Aim] = []
    for at_once, count in ((1, clicks // 4), (REGULARS, clicks)):
        aims += await _rounds([*twins, stage], rounds, count, at_once)
    return aims + await crowd(stage, dsn)


async def _rounds(stages: Sequence[Stage], rounds: int, wanted: int, at_once: int) -> list[Aim]:
    """The bots in turn at one load; the last is Muster, whose sheets the others show, too."""
    *twins, muster = stages
    each = max(2, wanted // REGULARS // 2 * 2)  # even, so that every round leaves the sheets as it found them
    done: list[list[Round]] = [[] for _ in stages]
    await _round(stages, each, at_once)  # the first one warms up
    before = [await stage.party.spent() for stage in stages]
    for _ in range(rounds):
        for twin in twins:
            twin.follow(muster)
        for its, one in zip(done, await _round(stages, each, at_once), strict=True):
            its.append(one)
    after = [await stage.party.spent() for stage in stages]
    clicks = rounds * each * REGULARS
    spent = [{what: now[what] - then[what] for what in now} for then, now in zip(before, after, strict=True)]
    aims = _judge(at_once, done, spent[-1]["clicks"] / clicks)
    cpu = ", ".join(f"{one['cpu'] * 1000 / clicks:.2f} ms {name}" for one, name in zip(spent, NAMES, strict=True))
    print(f"  processor time of the bot a click: {cpu} with its redraws")
    return aims


async def _round(stages: Sequence[Stage], each: int, at_once: int) -> list[Round]:
    """A round a bot; one click at a time, they take turns after every few members: a machine's pace changes fast."""
    seats = [stage.seats(REGULARS) for stage in stages]
    turn = max(SEATS_A_TURN, at_once)
    parts: list[list[Round]] = [[] for _ in stages]
    for first in range(0, REGULARS, turn):
        for stage, its, mine in zip(stages, seats, parts, strict=True):
            mine.append(await stage.party.click(its[first : first + turn], each, at_once=at_once))
    return [joined(mine) for mine in parts]


def _judge(at_once: int, done: Sequence[Sequence[Round]], trips: float) -> list[Aim]:
    load = f"{at_once} in flight"
    bare, *_, muster = done
    print(f"\nClick → answer, {load}: medians of {len(bare)} rounds of {len(bare[0].latencies)} clicks")
    print(*(_line(name, bare, rounds) for name, rounds in zip(NAMES, done, strict=True)), sep="\n")
    p50, p99, throughput = _ratios(bare, muster)
    return [
        Aim(f"p50 of the bare bot's, {load}", p50, P50),
        Aim(f"p99 of the bare bot's, {load}", p99, P99),
        Aim(f"throughput of the bare bot's, {load}", throughput, THROUGHPUT, at_least=True),
        Aim(f"round trips to Postgres a click, {load}", trips, TRIPS),
    ]


def _ratios(bare: Sequence[Round], its: Sequence[Round]) -> Sequence[float]:
    """Multiples of the bare bot's p50, p99 and throughput."""
    return [mine / bares for mine, bares in zip(_figures(its), _figures(bare), strict=True)]


def _figures(rounds: Sequence[Round]) -> Sequence[float]:
    """The medians of p50 and p99, in seconds, and of the answers a second."""
    p50, p99 = (median(one.percentile(share) for one in rounds) for share in (0.5, 0.99))
    return p50, p99, median(one.throughput for one in rounds)


def _line(name: str, bare: Sequence[Round], rounds: Sequence[Round]) -> str:
    p50, p99, throughput = _figures(rounds)
    of_bare = "  ".join(f"{one:.2f}x" for one in _ratios(bare, rounds))
    return f"  {name:<15} p50 {p50 * 1000:6.2f} ms  p99 {p99 * 1000:7.2f} ms  {throughput:6.0f}/s  that is {of_bare}"


if __name__ == "__main__":
    sys.exit(main())
