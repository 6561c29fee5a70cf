"""`make sandbox`: a raid night on this machine, without an account, a token or a database server."""

import argparse
import asyncio
import sys
import time

from bot.log import set_up_logging
from sandbox.clock import ManualClock
from sandbox.local import BOOKING_TICK, NotSettled, local_world, throwaway_database
from sandbox.story import BEGINNING, StepMissingError, play


def main() -> int:
    """The exit code: 0 when every step of the story happened."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Plays one raid night and prints it.")
    parser.add_argument("--once", action="store_true", help="exit after the story")
    parser.parse_args()
    set_up_logging("WARNING", "text")
    began = time.monotonic()
    try:
        asyncio.run(_night())
    except (StepMissingError, NotSettled, AssertionError) as error:
        print(f"\nThe story stopped: {error}", file=sys.stderr)
        return 1
    print(f"Played in {time.monotonic() - began:.1f} s on this machine alone.")
    return 0


async def _night() -> None:
    async with (
        throwaway_database() as dsn,
        local_world(dsn, ManualClock(BEGINNING), auto_book_every=BOOKING_TICK) as local,
    ):
        await play(local)


if __name__ == "__main__":
    sys.exit(main())
