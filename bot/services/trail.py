"""The trail of officers' actions, read for people: with the names of whom and what it was about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.ids import GuildId, PlayerId, SeriesId
from bot.domain.panel import Past
from bot.services.undo import may_be_undone
from db import Session
from db.audit import Entry


async def read(tx: Session, guild_id: GuildId, entries: Sequence[Entry], now: datetime) -> Sequence[Past]:
    """The entries in their order."""
    undone = await tx.audit.of_ids(guild_id, [entry_id for one in entries if (entry_id := _undid(one))])
    names = await _names(tx, guild_id, [*entries, *undone.values()])
    labels = await _labels(tx, guild_id, entries)
    told = {one.id: _past(one, names, labels, now) for one in undone.values()}
    return [replace(_past(one, names, labels, now), undid=told.get(_undid(one) or 0)) for one in entries]


def _past(entry: Entry, names: Mapping[PlayerId, str], labels: Mapping[SeriesId, str], now: datetime) -> Past:
    player_id, series_id = _about(entry), _series(entry)
    return Past(
        entry.id,
        entry.actor_id,
        entry.action,
        entry.details,
        entry.at,
        undone=entry.undone_at is not None,
        name=names.get(player_id) if player_id else None,
        undoable=may_be_undone(entry, now),
        series=labels.get(series_id) if series_id else None,
    )


def _about(entry: Entry) -> PlayerId | None:
    """Whom the entry is about, if it is about one person."""
    sign_up: Mapping[str, Any] = entry.details.get("after") or entry.details.get("before") or {}
    known = (sign_up.get("player_id"), entry.details.get("player"), entry.details.get("player_id"))
    return next((PlayerId(found) for found in known if isinstance(found, int)), None)


def _undid(entry: Entry) -> int | None:
    """Which entry this one took back."""
    return entry.details.get("entry") if entry.action == "undo" else None


def _series(entry: Entry) -> SeriesId | None:
    found = entry.details.get("series")
    return SeriesId(found) if isinstance(found, int) else None


async def _names(tx: Session, guild_id: GuildId, entries: Iterable[Entry]) -> Mapping[PlayerId, str]:
    wanted = {player_id for one in entries if (player_id := _about(one))}
    found = [await tx.people.get(guild_id, player_id) for player_id in sorted(wanted)]
    return {one.id: one.name for one in found if one}


async def _labels(tx: Session, guild_id: GuildId, entries: Iterable[Entry]) -> Mapping[SeriesId, str]:
    wanted = {series_id for one in entries if (series_id := _series(one))}
    found = [await tx.series.get(series_id) for series_id in sorted(wanted)]
    return {one.id: one.label for one in found if one and one.guild_id == guild_id}
