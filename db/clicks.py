"""Clicks on sheets: everything a batch of them needs, in as few statements as can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.action import NewAction
from bot.domain.event import Event
from bot.domain.ids import EventId, PlayerId
from bot.domain.permissions import Actor
from bot.domain.roster import SignUp
from bot.domain.sign_up import Pick
from db.actions import ENQUEUE, ActionRepository
from db.events import event_of
from db.players import Known
from db.rows import Connection


@dataclass(frozen=True)
class Clicked:
    """What a click is about: the event, locked, and the person as far as they are known."""

    event: Event
    player: Known | None
    """None for somebody new: `PlayerRepository.register` writes them down."""
    name: str
    """What the person was called so far."""


_WRITE = (
    f"WITH wanted AS ({ENQUEUE}),"  # noqa: S608 - a constant; one round trip for all a click writes
    """
    gone AS (
        DELETE FROM patt.raid_attendance WHERE (event_id, player_id) IN (
            SELECT * FROM unnest($18::bigint[], $19::bigint[]))
    )
    INSERT INTO patt.raid_attendance
        (event_id, player_id, status, signed_up, source, character_id, class_name, spec_name, signed_at,
         tier, slot, arrives_at, offers)
    SELECT event_id, player_id, status, signed_up, 'self', character_id, class_name, spec_name, signed_at,
           tier, slot, arrives_at, string_to_array(offers, E'\\n')
    FROM unnest($8::bigint[], $9::bigint[], $10::text[], $11::boolean[], $12::bigint[], $13::text[],
                $14::text[], $15::timestamptz[], $16::smallint[], $17::integer[],
                $20::timestamptz[], $21::text[])
         WITH ORDINALITY
         AS new (event_id, player_id, status, signed_up, character_id, class_name, spec_name, signed_at,
                 tier, slot, arrives_at, offers, number)
    ORDER BY number
    ON CONFLICT (event_id, player_id) DO UPDATE SET
        status = excluded.status, signed_up = excluded.signed_up, source = 'self',
        character_id = excluded.character_id, class_name = excluded.class_name,
        spec_name = excluded.spec_name, signed_at = excluded.signed_at,
        tier = excluded.tier, slot = excluded.slot, arrives_at = excluded.arrives_at,
        offers = excluded.offers
    """
)


_LOCK = """
    SELECT click.number, event.*, player.id AS player_id, player.display_name, main.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
         WITH ORDINALITY AS click (event_id, guild_id, user_id, number)
    JOIN patt.raid_events event ON event.id = click.event_id AND event.guild_discord_id = click.guild_id
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
    ORDER BY event.id FOR UPDATE OF event
"""


class ClickRepository:
    """Reads and writes a batch of clicks on one connection."""

    def __init__(self, connection: Connection, actions: ActionRepository) -> None:
        self._db = connection
        self._actions = actions

    async def lock(self, clicks: Sequence[tuple[Actor, EventId]], *, wait: bool) -> Sequence[Clicked | None]:
        """Each click's event, locked until the transaction ends, and person; None where the event is not there.

        An event of another server is not there; without `wait` neither is one whose row somebody else holds. Locks are
        taken in the order of ids, so batches never deadlock.
        """
        rows = await self._db.fetch(
            _LOCK if wait else _LOCK + " SKIP LOCKED",
            [event_id for _, event_id in clicks],
            [actor.guild_id for actor, _ in clicks],
            [actor.user_id for actor, _ in clicks],
        )
        found = {row["number"]: _clicked(row) for row in rows}
        return [found.get(number) for number in range(1, len(clicks) + 1)]

    async def write(
        self,
        changed: Mapping[EventId, Sequence[SignUp]],
        removed: Mapping[EventId, Sequence[PlayerId]],
        wanted: Sequence[NewAction] = (),
    ) -> None:
        """Write the members' own answers as they stand now, take the withdrawn ones away, enqueue what is `wanted`."""
        rows = [(event_id, one) for event_id, sign_ups in changed.items() for one in sign_ups]
        gone = [(event_id, player_id) for event_id, players in removed.items() for player_id in players]
        await self._db.execute(
            _WRITE,
            *self._actions.enqueueing(wanted),
            [event_id for event_id, _ in rows],
            [one.player_id for _, one in rows],
            [one.choice for _, one in rows],
            [one.choice.holds_seat for _, one in rows],
            [one.character_id for _, one in rows],
            [one.class_name for _, one in rows],
            [one.spec_name for _, one in rows],
            [one.signed_at for _, one in rows],
            [one.tier for _, one in rows],
            [one.slot for _, one in rows],
            [event_id for event_id, _ in gone],
            [player_id for _, player_id in gone],
            [one.arrives_at for _, one in rows],
            ["\n".join(one.offers) for _, one in rows],  # an array of arrays would have to be rectangular
        )

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


def _clicked(row: Any) -> Clicked:
    player = None
    if row["player_id"] is not None:
        main = Pick(row["class_name"], row["spec_name"]) if row["class_name"] and row["spec_name"] else None
        player = Known(PlayerId(row["player_id"]), row["character_id"], main, tuple(row["offers"] or ()))
    return Clicked(event_of(row), player, row["display_name"] or "")
