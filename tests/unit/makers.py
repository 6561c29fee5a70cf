"""Values for tests of rules: everything has a default, a test names only what it is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, PlayerId, SignUpId, UserId
from bot.domain.roster import SignUp
from bot.domain.template import DEFAULT_LABELS, Choice, GameClass, Role, Spec, Template

START = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
GUILD = GuildId(70)
CHANNEL = ChannelId(71)


def event(**given: Any) -> Event:
    """A raid on Wednesday 25 November 2026, 19:00 to 22:00 UTC, open for answers."""
    values: dict[str, Any] = {
        "id": EventId(12),
        "guild_id": GUILD,
        "title": "Heroic Wednesday",
        "day": date(2026, 11, 25),
        "starts_at": START,
        "ends_at": START + timedelta(hours=3),
        "channel_id": CHANNEL,
    }
    return Event(**{**values, **given})


def sign_up(number: int, choice: Choice = Choice.ACCEPTED, **given: Any) -> SignUp:
    """The sign-up of player `number`, made that many minutes into the week."""
    values: dict[str, Any] = {
        "id": SignUpId(number),
        "player_id": PlayerId(1000 + number),
        "name": f"Raider{number}",
        "user_id": UserId(5000 + number),
        "choice": choice,
        "signed_at": START - timedelta(days=7) + timedelta(minutes=number),
    }
    return SignUp(**{**values, **given})


def game(
    *,
    tanks: int | None = None,
    healers: int | None = None,
    paladins: int | None = None,
    holy: int | None = None,
    **given: Any,
) -> Template:
    """A small game: paladins tank or heal, warriors tank, priests heal; the limits as given."""
    values: dict[str, Any] = {
        "name": "small",
        "title": "A small game",
        "game": "small",
        "labels": DEFAULT_LABELS,
        "emoji": "⚔️",
        "roles": (Role("Tank", "Tanks", "🛡️", tanks), Role("Healer", "Healers", "💚", healers)),
        "classes": (
            GameClass(
                "Paladin", "🔨", (Spec("Protection", "Tank", "🔨"), Spec("Holy", "Healer", "🔨", holy)), paladins
            ),
            GameClass("Warrior", "🪓", (Spec("Arms", "Tank", "🗡️"),)),
            GameClass("Priest", "✨", (Spec("Light", "Healer", "✨"),)),
        ),
    }
    return Template(**{**values, **given})


PLAIN = Template(
    "plain", "Any game", "any", {Choice.ACCEPTED: "Yes", Choice.TENTATIVE: "Tentative", Choice.ABSENCE: "No"}
)

PROTECTION = {"class_name": "Paladin", "spec_name": "Protection"}
HOLY = {"class_name": "Paladin", "spec_name": "Holy"}
ARMS = {"class_name": "Warrior", "spec_name": "Arms"}
LIGHT = {"class_name": "Priest", "spec_name": "Light"}
