"""What the trail of officers' actions keeps of sign-ups and raids, so that an action can be taken back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from bot.domain.event import Event
from bot.domain.gates import Tier
from bot.domain.ids import SignUpId
from bot.domain.people import Person
from bot.domain.roster import SignUp
from bot.domain.template import Choice

Kept = Mapping[str, Any]
EDITABLE = (
    "title",
    "description",
    "total_limit",
    "minimum",
    "deadline",
    "starts_at",
    "ends_at",
    "day",
    "leader_id",
    "reminders",
    "channel_id",
)
"""What officers change on a raid that stands; `closed` beside them."""


def kept(sign_up: SignUp | None) -> Kept | None:
    """The sign-up as JSON values, without what is the person's own: their name may change meanwhile."""
    if sign_up is None:
        return None
    return {
        "player_id": sign_up.player_id,
        "choice": sign_up.choice,
        "signed_at": sign_up.signed_at.isoformat(),
        "class_name": sign_up.class_name,
        "spec_name": sign_up.spec_name,
        "note": sign_up.note,
        "arrives_at": sign_up.arrives_at.isoformat() if sign_up.arrives_at else None,
        "tier": sign_up.tier,
        "slot": sign_up.slot,
        "character_id": sign_up.character_id,
        "offers": list(sign_up.offers),
    }


def restored(found: Kept, person: Person) -> SignUp:
    """The sign-up that `kept` kept of `person`."""
    return SignUp(
        id=SignUpId(0),
        player_id=person.id,
        name=person.name,
        user_id=person.user_id,
        choice=Choice(found["choice"]),
        signed_at=datetime.fromisoformat(found["signed_at"]),
        class_name=found["class_name"],
        spec_name=found["spec_name"],
        note=found["note"],
        arrives_at=datetime.fromisoformat(found["arrives_at"]) if found["arrives_at"] else None,
        tier=Tier(found["tier"]),
        slot=found["slot"],
        character_id=found["character_id"],
        offers=tuple(found["offers"]),
    )


def changes(before: Event, after: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between two states of a raid, as JSON values: as it was, and as it is."""
    names = [name for name in (*EDITABLE, "closed") if getattr(before, name) != getattr(after, name)]
    return {name: _json(getattr(before, name)) for name in names}, {name: _json(getattr(after, name)) for name in names}


def holds(event: Event, found: Kept) -> bool:
    """Whether the raid still is what `changes` kept."""
    return all(_json(getattr(event, name)) == value for name, value in found.items())


def values(found: Kept) -> dict[str, Any]:
    """What `changes` kept, as the raid's own values."""
    return {name: _value(name, value) for name, value in found.items()}


def _json(value: object) -> object:
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    return value.isoformat() if isinstance(value, datetime | date) else value


def _value(name: str, value: object) -> object:
    if name == "day":
        return date.fromisoformat(cast("str", value))
    if isinstance(value, list):
        return tuple(cast("list[object]", value))
    return datetime.fromisoformat(value) if name in _INSTANTS and isinstance(value, str) else value


_INSTANTS = ("deadline", "starts_at", "ends_at")
