from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from makers import CHANNEL, GUILD, event

from bot.domain.event import SheetKind
from bot.domain.ids import MessageId, SeriesId, UserId
from bot.domain.ledger import Fate, Night
from bot.domain.series import FOREVER, Break, PostTime, Series
from bot.render import night_texts
from bot.render import series_texts as texts
from bot.services.series_ledger import Page, Standing, Waits
from cogs import series_views
from sandbox.discord.limits import check_message

START = datetime(2026, 12, 2, 19, tzinfo=UTC)
TODAY = date(2026, 11, 25)
HOSTILE = "@everyone **[x](http://bad)** " + "*" * 70
LINK = "https://discord.com/channels/70/71/9"


def series(**given: Any) -> Series:
    """Every Wednesday at 20:00 in Berlin."""
    usual: dict[str, Any] = {"label": "Heroic", "day_of_week": 2, "start_time": time(20), "timezone": "Europe/Berlin"}
    return Series(id=SeriesId(3), guild_id=GUILD, duration=timedelta(hours=3), **(usual | given))


def night(fate: Fate = Fate.PLANNED, **given: Any) -> Night:
    return Night(START.date(), START, fate, **given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "every week on Wednesday at 20:00 (Europe/Berlin)"),
        ({"every_weeks": 2}, "every 2 weeks on Wednesday at 20:00 (Europe/Berlin)"),
        ({"every_days": 3}, "every 3 days at 20:00 (Europe/Berlin)"),
        ({"every_days": 1}, "every day at 20:00 (Europe/Berlin)"),
        ({"timezone": None}, "every week on Wednesday at 20:00 (UTC, always 7 days of 24 h apart)"),
    ],
)
def test_a_rhythm(given: dict[str, Any], said: str):
    assert night_texts.rhythm(series(**given)) == said


BOOKED = event(message_id=MessageId(9), channel_id=CHANNEL)


@pytest.mark.parametrize(
    ("night", "said"),
    [
        (night(), "Wed 2 Dec, 20:00 · planned"),
        (night(clocks=timedelta(hours=-1)), "Wed 2 Dec, 20:00 · 🕰️ clocks go back an hour · planned"),
        (night(moved=True), "Wed 2 Dec, 20:00 · moved · planned"),
        (night(Fate.BOOKED, event=BOOKED), f"Wed 2 Dec, 20:00 · ✅ [booked]({LINK})"),
        (
            night(Fate.BOOKED, event=BOOKED, why="fell-back"),
            f"Wed 2 Dec, 20:00 · ✅ [booked]({LINK}): Muster's own sheet: Raid-Helper was down",
        ),
        (night(Fate.COMING, event=event()), "Wed 2 Dec, 20:00 · ⏳ being posted"),
        (
            night(Fate.FAILED, event=event(), why="no *rights*"),
            r"Wed 2 Dec, 20:00 · ⚠️ could not be posted: no \*rights\*",
        ),
        (night(Fate.MISSED), "Wed 2 Dec, 20:00 · ⚠️ not booked in time: `/raid series book`"),
        (night(Fate.CANCELLED, event=event(), why="ill"), "Wed 2 Dec, 20:00 · 🚫 cancelled: ill"),
        (night(Fate.SKIPPED, by=UserId(5), why="ill"), "Wed 2 Dec, 20:00 · ⏭️ skipped by <@5>: ill"),
        (night(Fate.SKIPPED), "Wed 2 Dec, 20:00 · ⏭️ skipped"),
        (night(Fate.BREAK, why="Easter"), "Wed 2 Dec, 20:00 · 🏖️ break: Easter"),
        (night(Fate.PAUSED), "Wed 2 Dec, 20:00 · ⏸️ paused"),
    ],
)
def test_a_night_of_the_ledger(night: Night, said: str):
    assert night_texts.night_line(series(), night) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ""),
        ({"is_active": False}, "⏹️ ended"),
        ({"paused_until": FOREVER}, "⏸️ paused"),
        ({"paused_until": date(2026, 12, 20)}, "⏸️ paused until Sun 20 Dec"),
        ({"paused_until": TODAY}, ""),
    ],
)
def test_how_a_series_stands(given: dict[str, Any], said: str):
    assert texts.state(series(**given), TODAY) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "ten minutes after each start the next one is booked"),
        ({"confirm": True}, "ten minutes after each start the officers are asked whether to book the next one"),
        ({"post": PostTime(6, time(18))}, "on Sunday at 18:00 the next one is booked"),
    ],
)
def test_when_sheets_appear(given: dict[str, Any], said: str):
    assert night_texts.posting(series(**given)) == said


@pytest.mark.parametrize(
    ("book_at", "said"),
    [(None, ""), (START, "posted within five minutes"), (START + timedelta(days=1), "posted <t:1796324400:F>")],
)
def test_when_a_resumed_series_is_booked(book_at: datetime | None, said: str):
    shown = texts.resumed(series(book_at=book_at), [night()], START)
    assert said in shown
    assert ("posted" in shown) == bool(said)


def test_the_largest_answers_fit_and_ping_nobody():
    long = series(label=HOSTILE, every_days=364, timezone="America/Argentina/ComodRivadavia", is_active=True)
    raids = [replace(BOOKED, title=HOSTILE[:100], starts_at=START + timedelta(days=n)) for n in range(40)]
    full = night(Fate.BOOKED, event=BOOKED, why="x*" * 200, moved=True, clocks=timedelta(hours=1))
    skipped = night(Fate.SKIPPED, by=UserId(10**18), why="*" * 2000)
    made = Break(1, TODAY, TODAY + timedelta(days=9), "*" * 100)
    answers = [
        texts.started(long, raids[0], [full] * 4),
        "\n".join([texts.edited(long, long, [full] * 4), texts.stand(long, raids, raids)]),
        texts.brought(long, raids[0], replace(raids[1], sheet=SheetKind.RAID_HELPER), [full] * 4, 100),
        texts.skipped(long, full, raids[0], [full] * 4),
        texts.skipped_before(long, skipped),
        texts.skip_booked(long, full, "*" * 50),
        texts.unskipped(long, full, raids[0], [full] * 4),
        texts.moved(long, full, full, [full] * 4),
        texts.paused(long, raids, [full] * 4),
        texts.ended(long, raids),
        texts.all_cancelled(raids),
        texts.broken_off(made, raids),
        texts.breaks([replace(made, label="x" * 100)] * 40),
        texts.resumed(long, [full] * 4, START),
    ]
    for text in answers:
        check_message({"content": text})
        assert "@everyone" not in text
    above, nights = series_views.ledger(Standing(long, [full, skipped] * 4), TODAY)
    check_message({"content": above, "embeds": [nights.to_dict()]})


def test_the_largest_overview_fits():
    long = series(label=HOSTILE, every_days=364, timezone="America/Argentina/ComodRivadavia", paused_until=FOREVER)
    standing = Standing(long, [night(Fate.BOOKED, event=BOOKED)], Waits.RAID_HELPER)
    above, embed = series_views.overview(Page([standing] * 8, 0, 25), TODAY)
    assert embed is not None
    check_message({"content": above, "embeds": [embed.to_dict()]})
    view = series_views.page(Page([standing], 1, 25))
    assert view is not None
    assert len(view.to_components()) == 2
