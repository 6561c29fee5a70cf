"""Clicks on sheets: everything a batch of them needs, in as few statements as can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, NewType

import asyncpg

from bot.domain.action import NewAction
from bot.domain.event import Event
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.permissions import Actor
from bot.domain.roster import SignUp
from bot.domain.sign_up import Pick
from db.actions import ENQUEUE, WANTED, ActionRepository
from db.events import event_of
from db.given import Given, Row
from db.players import Known
from db.rows import Connection

Version = NewType("Version", int)
"""Of a sheet: the transaction that wrote its raid or one of its answers last (migration 15)."""


@dataclass(frozen=True)
class Clicked:
    """What a click is about: the event as of `version`, and the person as far as they are known."""

    event: Event
    version: Version
    player: Known | None
    """None for somebody new: `PlayerRepository.register` writes them down."""
    name: str
    """What the person was called so far."""
    stale: bool = False
    """Whether their roles give another rank than they have, or they count as somebody who left."""


@dataclass(frozen=True)
class SheetChange:
    """What clicks do to the sheet they found at `version`."""

    version: Version
    changed: Sequence[SignUp]
    removed: Sequence[PlayerId]


@dataclass(frozen=True)
class SheetWritten:
    """The sheet's version since, and the ids of the new sign-ups.

    `redraw_at` is when the redraw is due that nobody has begun with; None if there is none, or it is being made.
    """

    version: Version
    ids: Mapping[PlayerId, SignUpId]
    redraw_at: datetime | None


_FOUND = Given("found", id="bigint", version="xid")
_AWAITED = Given("found", id="bigint", version="xid", dedupe_key="text")
_GONE = Given("gone", event_id="bigint", player_id="bigint")
_ANSWER = {
    "event_id": "bigint",
    "status": "text",
    "signed_up": "boolean",
    "character_id": "bigint",
    "class_name": "text",
    "spec_name": "text",
    "signed_at": "timestamptz",
    "tier": "smallint",
    "slot": "integer",
    "arrives_at": "timestamptz",
    "offers": "text[]",
}
_AGAIN = Given("again", id="bigint", **_ANSWER)
_NEW = Given("new", number="integer", player_id="bigint", **_ANSWER)
_WRITE = {
    _FOUND: """
    held AS MATERIALIZED (
        SELECT sheet.event_id AS id
        FROM {found} JOIN patt.sheet_versions sheet ON sheet.event_id = found.id AND sheet.xmin = found.version
        FOR NO KEY UPDATE OF sheet SKIP LOCKED
    )""",
    _AWAITED: """
    held AS MATERIALIZED (
        SELECT sheet.event_id AS id, action.wake_at AS redraw_at
        FROM {found} JOIN patt.sheet_versions sheet ON sheet.event_id = found.id AND sheet.xmin = found.version
        JOIN patt.scheduled_actions action
            ON action.dedupe_key = found.dedupe_key AND NOT action.dead AND action.claimed_until IS NULL
        FOR NO KEY UPDATE OF sheet SKIP LOCKED FOR SHARE OF action SKIP LOCKED
    )""",
    _GONE: """
    off AS (
        DELETE FROM patt.raid_attendance attendance USING {gone} JOIN held ON held.id = gone.event_id
        WHERE attendance.event_id = gone.event_id AND attendance.player_id = gone.player_id
    )""",
    _AGAIN: """
    stood AS (
        UPDATE patt.raid_attendance attendance SET
            status = again.status, signed_up = again.signed_up, source = 'self',
            character_id = again.character_id, class_name = again.class_name, spec_name = again.spec_name,
            signed_at = again.signed_at, tier = again.tier, slot = again.slot, arrives_at = again.arrives_at,
            offers = again.offers
        FROM {again} JOIN held ON held.id = again.event_id
        WHERE attendance.id = again.id
    )""",
    _NEW: """
    stands AS (
        INSERT INTO patt.raid_attendance
            (event_id, player_id, status, signed_up, source, character_id, class_name, spec_name, signed_at,
             tier, slot, arrives_at, offers)
        SELECT event_id, player_id, status, signed_up, 'self', character_id, class_name, spec_name, signed_at,
               tier, slot, arrives_at, offers
        FROM {new} JOIN held ON held.id = new.event_id
        ORDER BY number
        ON CONFLICT (event_id, player_id) DO UPDATE SET
            status = excluded.status, signed_up = excluded.signed_up, source = 'self',
            character_id = excluded.character_id, class_name = excluded.class_name,
            spec_name = excluded.spec_name, signed_at = excluded.signed_at,
            tier = excluded.tier, slot = excluded.slot, arrives_at = excluded.arrives_at,
            offers = excluded.offers
        RETURNING event_id, player_id, id
    )""",
    WANTED: f"""
    enqueued AS ({ENQUEUE.format(wanted="{wanted} JOIN held ON held.id = wanted.event_id")}
        RETURNING event_id, kind, CASE WHEN claimed_until IS NULL THEN wake_at END AS redraw_at
    )""",
}
"""All that clicks write, in one round trip: a part for each kind of rows, which is left out where there are none."""
_TOLD = {
    _FOUND: ("held.id AS event_id, pg_current_xact_id()::xid AS version", "FROM held"),
    _AWAITED: ("held.id AS event_id, pg_current_xact_id()::xid AS version, held.redraw_at", "FROM held"),
    _NEW: ("stands.player_id, stands.id", "LEFT JOIN stands ON stands.event_id = held.id"),
    WANTED: ("redraw_at", "LEFT JOIN enqueued ON enqueued.event_id = held.id AND enqueued.kind = 'sheet.refresh'"),
}
"""What the statement tells of its parts, and where it has it from."""


@cache
def _write(*rows: int) -> str:
    """The statement for none, one or several (2) rows of each kind."""
    numbers, parts = count(1), dict[Given, str]()
    for (given, part), some in zip(_WRITE.items(), rows, strict=True):
        if some:
            parts[given] = part.format(**{given.name: given.source(numbers, lone=some == 1)})
    columns, sources = zip(*(told for given, told in _TOLD.items() if given in parts), strict=True)
    return f"WITH {','.join(parts.values())} SELECT {', '.join(columns)} {' '.join(sources)}"


_LOOK = """
    SELECT click.number, event.*, sheet.xmin AS version, player.id AS player_id, player.display_name, main.*,
           rank.id IS DISTINCT FROM player.guild_rank_id OR player.left_at IS NOT NULL AS stale
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
         WITH ORDINALITY AS click (event_id, guild_id, user_id, roles, number)
    JOIN patt.raid_events event ON event.id = click.event_id AND event.guild_discord_id = click.guild_id
    JOIN patt.sheet_versions sheet ON sheet.event_id = event.id
    LEFT JOIN patt.templates template ON template.id = event.template_id
    LEFT JOIN guild_identity.discord_users discord_user ON discord_user.discord_id = click.user_id
    LEFT JOIN guild_identity.players player ON player.discord_user_id = discord_user.id
         AND player.guild_discord_id = click.guild_id
    LEFT JOIN LATERAL (
        SELECT character.id AS character_id, class.name AS class_name, spec.name AS spec_name,
               character.offers
        FROM guild_identity.wow_characters character
        LEFT JOIN guild_identity.specializations spec ON spec.id = coalesce(character.spec_id,
             CASE WHEN character.id = player.main_character_id THEN player.main_spec_id END)
        LEFT JOIN guild_identity.classes class ON class.id = spec.class_id
        WHERE character.player_id = player.id AND character.game = template.game
          AND (character.is_main OR character.id = player.main_character_id)
        ORDER BY character.is_main DESC LIMIT 1
    ) main ON TRUE
    LEFT JOIN LATERAL (
        SELECT coalesce((
            SELECT id FROM common.guild_ranks
            WHERE guild_discord_id = click.guild_id
              AND discord_role_id = ANY(string_to_array(click.roles, ',')::bigint[])
            ORDER BY level DESC LIMIT 1), (
            SELECT id FROM common.guild_ranks WHERE id = player.guild_rank_id AND discord_role_id IS NULL)) AS id
    ) rank ON TRUE
"""
_LOCK = _LOOK + " ORDER BY event.id FOR NO KEY UPDATE OF event, sheet"


class ClickRepository:
    """Reads and writes a batch of clicks on one connection."""

    def __init__(self, connection: Connection, actions: ActionRepository) -> None:
        self._db = connection
        self._actions = actions

    async def look(self, clicks: Sequence[tuple[Actor, EventId]]) -> Sequence[Clicked | None]:
        """Each click's event and person; None where the event is not there: an event of another server is not.

        Sign-ups read afterwards are at least as new as the version, so `write` takes nothing decided on older ones.
        """
        return await self._find(_LOOK, clicks)

    async def lock(self, clicks: Sequence[tuple[Actor, EventId]]) -> Sequence[Clicked | None]:
        """The same, the events and their sheets locked until the transaction ends.

        Locks are taken in the order of ids, so batches never deadlock.
        """
        return await self._find(_LOCK, clicks)

    async def _find(self, statement: str, clicks: Sequence[tuple[Actor, EventId]]) -> Sequence[Clicked | None]:
        rows = await self._db.fetch(
            statement,
            [event_id for _, event_id in clicks],
            [actor.guild_id for actor, _ in clicks],
            [actor.user_id for actor, _ in clicks],
            [",".join(map(str, actor.role_ids)) for actor, _ in clicks],
        )
        found = {row["number"]: _clicked(row) for row in rows}
        return [found.get(number) for number in range(1, len(clicks) + 1)]

    async def write(
        self,
        sheets: Mapping[EventId, SheetChange],
        actions: Sequence[NewAction] = (),
        *,
        awaited: bool = False,
    ) -> Mapping[EventId, SheetWritten]:
        """Write the members' own answers, take the withdrawn ones away, enqueue the actions; what was written.

        A sheet that is at another version by now, or that somebody holds, is left as it is, and so are its actions.
        With `awaited` the actions wait already: nothing of them is written, and nobody begins with them before this is
        committed; a sheet whose action does not wait any more is left as it is, too.
        Outside a transaction that goes for all of them if they and somebody else would wait for each other.
        """
        changed = [(event_id, one) for event_id, sheet in sheets.items() for one in sheet.changed]
        gone = [(event_id, player_id) for event_id, sheet in sheets.items() for player_id in sheet.removed]
        redraws = {one.event_id: one.dedupe for one in actions}
        found = [{"id": one, "version": its.version, "dedupe_key": redraws.get(one)} for one, its in sheets.items()]
        rows: tuple[Sequence[Row], ...] = (
            [] if awaited else found,
            found if awaited else [],
            [{"event_id": event_id, "player_id": player_id} for event_id, player_id in gone],
            [_row(event_id, one, number) for number, (event_id, one) in enumerate(changed) if one.written],
            [_row(event_id, one, number) for number, (event_id, one) in enumerate(changed) if not one.written],
            [] if awaited else self._actions.enqueueing(actions),
        )
        statement = _write(*(min(len(some), 2) for some in rows))
        arguments = [one for given, some in zip(_WRITE, rows, strict=True) if some for one in given.arguments(some)]
        try:
            written = _written(await self._db.fetch(statement, *arguments))
        except asyncpg.DeadlockDetectedError:  # with somebody who takes an answer's row before its sheet's
            if self._db.is_in_transaction():
                raise
            return {}
        for one in written.values() if awaited else ():
            if one.redraw_at:  # a worker that looked for what is due may have passed over it meanwhile
                self._actions.expect(one.redraw_at)
        return written

    async def amend(self, event_id: EventId, own: SignUp) -> None:
        """Write what a member changed on their own answer; who gave that answer stays on record."""
        await self._db.execute(
            """
            UPDATE patt.raid_attendance SET character_id = $3, class_name = $4, spec_name = $5, note = $6,
                arrives_at = $7, offers = $8
            WHERE event_id = $1 AND player_id = $2
            """,
            event_id,
            own.player_id,
            own.character_id,
            own.class_name,
            own.spec_name,
            own.note,
            own.arrives_at,
            list(own.offers),
        )


def _row(event_id: EventId, answer: SignUp, number: int) -> Row:
    return {
        "number": number,
        "id": answer.id,
        "event_id": event_id,
        "player_id": answer.player_id,
        "status": answer.choice,
        "signed_up": answer.choice.holds_seat,
        "character_id": answer.character_id,
        "class_name": answer.class_name,
        "spec_name": answer.spec_name,
        "signed_at": answer.signed_at,
        "tier": answer.tier,
        "slot": answer.slot,
        "arrives_at": answer.arrives_at,
        "offers": answer.offers,
    }


def _written(rows: Sequence[Any]) -> Mapping[EventId, SheetWritten]:
    """A row for each sheet, or for each new answer on it."""
    ids: dict[EventId, dict[PlayerId, SignUpId]] = {}
    for row in rows:
        stands = ids.setdefault(row["event_id"], {})
        if row.get("id") is not None:
            stands[row["player_id"]] = row["id"]
    return {row["event_id"]: SheetWritten(row["version"], ids[row["event_id"]], row.get("redraw_at")) for row in rows}


def _clicked(row: Any) -> Clicked:
    player = None
    if row["player_id"] is not None:
        main = Pick(row["class_name"], row["spec_name"]) if row["class_name"] and row["spec_name"] else None
        player = Known(PlayerId(row["player_id"]), row["character_id"], main, tuple(row["offers"] or ()))
    stale = player is not None and row["stale"]
    return Clicked(event_of(row), Version(row["version"]), player, row["display_name"] or "", stale)
