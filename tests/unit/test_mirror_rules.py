"""What stands beside a raid, decided; and everything said of it within Discord's limits, whatever the names."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.event import Event, EventStatus
from bot.domain.ids import ChannelId, EventId, MessageId, RoleId, UserId
from bot.domain.mirrors import (
    Mirror,
    MirrorKind,
    MirrorState,
    Step,
    event_look,
    event_note,
    marker,
    over,
    role_mark,
    role_name,
    step,
    thread_name,
    units,
)
from bot.render import mirror_texts
from tests.factories import GUILD, RAIDS, START

RAID = Event(
    EventId(12),
    GUILD,
    "Heroic",
    START.date(),
    START,
    START + timedelta(hours=3),
    channel_id=RAIDS,
    message_id=MessageId(9),
)
LOOK = {"name": "Heroic"}
TITLES = st.text(min_size=1, max_size=300) | st.text("🛡️*_@<>\\", min_size=1, max_size=300)


@pytest.mark.parametrize(
    ("state", "shown", "look", "makeable", "wanted"),
    [
        (MirrorState.PLANNED, {}, LOOK, True, Step.MAKE),
        (MirrorState.PLANNED, {}, LOOK, False, Step.NOTHING),
        (MirrorState.WAITING, {}, LOOK, True, Step.MAKE),
        (MirrorState.MAKING, {}, LOOK, True, Step.MAKE),
        (MirrorState.ENDED, {}, LOOK, True, Step.MAKE),
        (MirrorState.STANDS, LOOK, LOOK, True, Step.NOTHING),
        (MirrorState.STANDS, {"name": "Mythic"}, LOOK, False, Step.CHANGE),
        (MirrorState.PLANNED, {}, None, True, Step.NOTHING),
        (MirrorState.WAITING, {}, None, True, Step.DROP),
        (MirrorState.MAKING, {}, None, True, Step.END),
        (MirrorState.STANDS, LOOK, None, True, Step.END),
        (MirrorState.ENDED, {}, None, True, Step.NOTHING),
        (MirrorState.LOST, {}, LOOK, True, Step.NOTHING),
        (MirrorState.LOST, {}, None, True, Step.NOTHING),
    ],
)
def test_the_next_step(
    state: MirrorState, shown: dict[str, str], look: dict[str, str] | None, makeable: bool, wanted: Step
):
    mirror = Mirror(RAID.id, MirrorKind.THREAD, state, shown=shown)
    assert step(mirror, look, makeable=makeable) is wanted


@pytest.mark.parametrize(
    ("status", "minutes", "is_over"),
    [
        (EventStatus.SCHEDULED, -1, False),
        (EventStatus.IN_PROGRESS, 179, False),
        (EventStatus.SCHEDULED, 180, True),
        (EventStatus.CANCELLED, -1, True),
        (EventStatus.COMPLETED, 10, True),
        (EventStatus.ARCHIVED, 10, True),
    ],
)
def test_when_a_raid_is_over(status: EventStatus, minutes: int, is_over: bool):
    assert over(replace(RAID, status=status), START + timedelta(minutes=minutes)) is is_over


@given(TITLES, st.text(max_size=3000), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_every_name_and_note_is_within_discords_limits(title: str, description: str, day: date):
    raid = replace(RAID, title=title, description=description, day=day, id=EventId(10**18 - 1))
    look = event_look(raid, None, START)
    assert all(1 <= units(name) <= 100 for name in (thread_name(raid), role_name(raid), look["name"], look["place"]))
    assert units(event_note(raid)) <= 1000
    assert event_note(raid).splitlines()[-1] == marker(raid)
    assert role_name(raid).endswith(role_mark(raid))


@given(TITLES, st.text(min_size=1, max_size=1500).filter(lambda text: units(text) <= 1500), st.integers(0, 300))
def test_an_announcement_is_messages_that_fit_and_ring_everybody_once(title: str, text: str, people: int):
    rung = [UserId(10**19 + number) for number in range(people)]
    said = mirror_texts.announcement(replace(RAID, title=title), text, rung)
    assert all(1 <= units(one) <= 2000 for one, _ in said)
    assert [user for _, whom in said for user in whom] == rung
    assert all(f"<@{user}>" in one for one, whom in said for user in whom)
    assert text.strip() in said[0][0]


@given(st.integers(0, 200))
def test_what_stands_above_a_sheet_fits(count: int):
    text = mirror_texts.rings([RoleId(10**19 + number) for number in range(count)])
    assert (text is None) == (count == 0)
    assert len(text or "") <= 2000


@given(TITLES, st.text(max_size=3000), st.sampled_from(list(MirrorKind)))
def test_what_officers_read_fits(title: str, why: str, kind: MirrorKind):
    raid = replace(RAID, title=title, thread_id=ChannelId(10**19))
    by = UserId(10**19)
    texts = [mirror_texts.trouble(raid, kind, why), mirror_texts.lost(raid), mirror_texts.reposted(raid, by)]
    texts += [
        mirror_texts.lost_cancelled(raid, by),
        mirror_texts.announced(raid, ring=True),
        mirror_texts.too_high(title),
    ]
    texts += [mirror_texts.deleted(raid, kind)] if kind is not MirrorKind.SHEET else []
    assert all(units(one) <= 2000 for one in texts)
