"""The pictures of the README as text: `python -m sandbox.gallery` prints them, a test holds the README to them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, PlayerId, SignUpId, UserId
from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, parse_template
from bot.render.sheet import sheet_embed
from bot.services.templates import SHIPPED
from cogs.sheet import sheet_view
from sandbox.cast import RAIDERS, Raider
from sandbox.discord.screen import render_message

START = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
SHOWN = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
PRESSED = {
    "Sign up": Choice.ACCEPTED,
    "Late": Choice.LATE,
    "Tentative": Choice.TENTATIVE,
    "Bench": Choice.BENCH,
    "Absence": Choice.ABSENCE,
}


def wow_sheet() -> Sheet:
    """The invented guild's sheet: forty answers to thirty seats."""
    template = parse_template((SHIPPED / "wow-retail.json").read_text(encoding="utf-8"))
    event = Event(
        id=EventId(12),
        guild_id=GuildId(1),
        title="Heroic Wednesday",
        description="Bring flasks. Invites at 19:45.",
        day=date(2026, 11, 25),
        starts_at=START,
        ends_at=START + timedelta(hours=3),
        leader_id=UserId(7),
        total_limit=30,
        channel_id=ChannelId(2),
        message_id=MessageId(3),
    )
    sign_ups = [_sign_up(number, raider) for number, raider in enumerate(RAIDERS, start=1)]
    return Sheet(event, template, place(sign_ups, template, event.total_limit), "Heroic Wednesday")


async def picture(*, phone: bool = False) -> str:
    """The sheet as its channel shows it, on a computer or a phone. (Views are made inside a running loop.)"""
    sheet = wow_sheet()
    message = {
        "author": {"id": "1", "username": "Muster", "bot": True},
        "timestamp": SHOWN.isoformat(),
        "embeds": [sheet_embed(sheet).to_dict()],
        "components": sheet_view(sheet).to_components(),
    }
    width = 46 if phone else 100
    return render_message(message, now=SHOWN, names={"7": "Sela"}.get, width=width, zone=ZONE, phone=phone)


def _sign_up(number: int, raider: Raider) -> SignUp:
    comes = PRESSED[raider.answer] is Choice.ACCEPTED
    return SignUp(
        id=SignUpId(number),
        player_id=PlayerId(number),
        name=raider.name,
        user_id=UserId(100 + number),
        choice=PRESSED[raider.answer],
        signed_at=SHOWN + timedelta(seconds=number),
        class_name=raider.game_class if comes else None,
        spec_name=raider.spec if comes else None,
    )


async def _show() -> None:
    print(await picture())
    print()
    print(await picture(phone=True))


if __name__ == "__main__":
    import asyncio

    asyncio.run(_show())
