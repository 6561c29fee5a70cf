"""What running bots tell of themselves: `common.loops` and `common.gateways`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.health import Gateway, Loop, LoopName, Worker
from db.rows import Connection


class PulseRepository:
    """Reads and writes when loops came through, and how fast Discord answers."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def write(self, worker: Worker, latencies: Mapping[int, timedelta | None], at: datetime) -> None:
        """Write down how a worker does; a loop that has not come through in this process keeps when it last did.

        Workers that served these shards in another division are forgotten.
        """
        shards = list(worker.shards)
        await self._db.execute(
            "DELETE FROM common.loops WHERE shard_count <> $2 OR (shards && $1::integer[] AND shards <> $1)",
            shards,
            worker.shard_count,
        )
        await self._db.execute("DELETE FROM common.gateways WHERE shard_count <> $1", worker.shard_count)
        await self._db.execute(
            """
            INSERT INTO common.loops (shards, shard_count, name, every, began_at, last_at)
            SELECT $1, $2, name, every, began_at, last_at
            FROM unnest($3::text[], $4::interval[], $5::timestamptz[], $6::timestamptz[])
                 AS loop (name, every, began_at, last_at)
            ON CONFLICT (shards, name) DO UPDATE SET every = excluded.every, began_at = excluded.began_at,
                last_at = coalesce(excluded.last_at, loops.last_at)
            """,
            shards,
            worker.shard_count,
            [one.name for one in worker.loops],
            [one.every for one in worker.loops],
            [one.began for one in worker.loops],
            [one.last for one in worker.loops],
        )
        await self._db.execute(
            """
            INSERT INTO common.gateways (shard, shard_count, latency, measured_at)
            SELECT shard, $2, latency, $4 FROM unnest($1::integer[], $3::interval[]) AS gateway (shard, latency)
            ON CONFLICT (shard) DO UPDATE SET latency = excluded.latency, measured_at = excluded.measured_at
            """,
            list(latencies),
            worker.shard_count,
            list(latencies.values()),
            at,
        )

    async def workers(self) -> Sequence[Worker]:
        """Every worker with its loops, in the order of their shards; a loop only another version knows is left out."""
        rows = await self._db.fetch(
            """
            SELECT shards, shard_count, name, every, began_at, last_at FROM common.loops
            WHERE name = ANY ($1) ORDER BY shards, array_position($1, name)
            """,
            list(LoopName),
        )
        found: dict[tuple[int, ...], Worker] = {}
        for row in rows:
            worker = found.setdefault(tuple(row["shards"]), Worker(tuple(row["shards"]), row["shard_count"], []))
            loop = Loop(LoopName(row["name"]), row["last_at"], row["every"], row["began_at"])
            found[worker.shards] = Worker(worker.shards, worker.shard_count, [*worker.loops, loop])
        return list(found.values())

    async def gateways(self) -> Sequence[Gateway]:
        """Every shard's connection, in their order."""
        rows = await self._db.fetch("SELECT shard, latency, measured_at FROM common.gateways ORDER BY shard")
        return [Gateway(row["shard"], row["latency"], row["measured_at"]) for row in rows]
