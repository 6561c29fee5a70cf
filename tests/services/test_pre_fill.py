"""Who is signed up beforehand on a booked sheet, and as what: the origin's rule, from its tables to Raid-Helper."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.event import SheetKind
from tests.factories import GUILD, OTHER_GUILD, START, days, member, wednesday
from tests.services.world import World

BOOKING_TIME = START + timedelta(minutes=12)

PRE_FILL = [
    ("core by choice", {"level": 2, "auto_invite_events": True}, "accepted"),
    ("higher core by choice", {"level": 5, "auto_invite_events": True}, "accepted"),
    ("core", {"level": 2}, "tentative"),
    ("new", {"level": 1}, "bench"),
    ("new by choice", {"level": 1, "auto_invite_events": True}, "bench"),
    ("lowest", {"level": 0}, "bench"),
    ("on hiatus", {"level": 3, "auto_invite_events": True, "on_hiatus": True}, "absence"),
    ("away that day", {"level": 3, "auto_invite_events": True, "away": (wednesday(1), wednesday(1))}, "absence"),
    ("away until the day before", {"level": 3, "away": (wednesday(0), wednesday(1) - days(1))}, "tentative"),
    ("away from the day after", {"level": 3, "away": (wednesday(1) + days(1), wednesday(2))}, "tentative"),
    ("no Discord", {"level": 2, "auto_invite_events": True, "discord": False}, "accepted"),
    ("no main", {"level": 2, "auto_invite_events": True, "main": False}, None),
    ("inactive", {"level": 2, "auto_invite_events": True, "is_active": False}, None),
    ("no rank", {"level": None, "auto_invite_events": True}, None),
    ("of another server", {"level": 2, "auto_invite_events": True, "guild_discord_id": OTHER_GUILD}, None),
]


async def known_player(
    world: World,
    number: int,
    level: int | None,
    *,
    discord: bool = True,
    main: bool = True,
    away: tuple[date, date] | None = None,
    **columns: Any,
) -> int:
    """A Holy Paladin of that rank level, as the origin's tables describe one."""
    row: dict[str, Any] = {"guild_discord_id": GUILD, "display_name": f"Player {number}"} | columns
    if level is not None:
        rank = {"guild_discord_id": row["guild_discord_id"], "name": f"Rank of {number}", "level": level}
        row["guild_rank_id"] = await world.insert("common.guild_ranks", **rank)
    if discord:
        user = {"discord_id": member(number).user_id}
        row["discord_user_id"] = await world.insert("guild_identity.discord_users", **user)
    player_id = await world.insert("guild_identity.players", **row)
    if main:
        await _holy_paladin(world, player_id)
    if away:
        first, last = away
        await world.insert("guild_identity.away", player_id=player_id, first_day=first, last_day=last)
    return player_id


async def _holy_paladin(world: World, player_id: int) -> None:
    await world.pool.execute(
        """
        INSERT INTO guild_identity.classes (name) VALUES ('Paladin') ON CONFLICT DO NOTHING;
        INSERT INTO guild_identity.specializations (class_id, name) SELECT id, 'Holy' FROM guild_identity.classes
        ON CONFLICT DO NOTHING
        """
    )
    await world.pool.execute(
        """
        WITH spec AS (SELECT id, class_id FROM guild_identity.specializations),
        hero AS (INSERT INTO guild_identity.wow_characters (player_id, class_id, spec_id, is_main)
                 SELECT $1, class_id, id, TRUE FROM spec RETURNING id)
        UPDATE guild_identity.players SET main_character_id = hero.id, main_spec_id = spec.id FROM hero, spec
        WHERE players.id = $1
        """,
        player_id,
    )


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_the_sheet_is_pre_filled_by_rank_choice_and_absence(guild: World, kind: SheetKind) -> None:
    names = {
        await known_player(guild, number, **facts): name for number, (name, facts, _) in enumerate(PRE_FILL, start=1)
    }
    await guild.weekly(kind)
    await guild.look(BOOKING_TIME)
    await guild.recover()  # the stand-in takes ten requests in five seconds; the rest comes a little later
    rows = await guild.pool.fetch("SELECT * FROM patt.raid_attendance")
    assert {names[row["player_id"]]: row["status"] for row in rows} == {
        name: status for name, _, status in PRE_FILL if status
    }
    assert {row["source"] for row in rows} == {"auto"}
    assert all(row["signed_up"] is (row["status"] == "accepted") for row in rows)
    assert {(row["class_name"], row["spec_name"]) for row in rows} == {("Paladin", "Holy")}
    assert None not in {row["character_id"] for row in rows}


async def test_raid_helper_gets_the_pre_filled_sign_ups_of_those_with_discord(guild: World) -> None:
    for number, (_, facts, _) in enumerate(PRE_FILL, start=1):
        await known_player(guild, number, **facts)
    await guild.weekly(SheetKind.RAID_HELPER)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    [event] = guild.raid_helper.events.values()
    there = {int(row["userId"]): row["className"] for row in event["signUps"]}
    button = {"accepted": "Healer", "tentative": "Tentative", "bench": "Bench", "absence": "Absence"}
    assert there == {
        member(number).user_id: button[status]
        for number, (name, _, status) in enumerate(PRE_FILL, start=1)
        if status and name != "no Discord"
    }
    assert await guild.open_actions() == []
