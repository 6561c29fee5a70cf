"""How settings are typed, shown and kept: each value goes round, each mistyped one is refused."""

from datetime import time, timedelta

import pytest

from bot.domain.errors import MusterError
from bot.domain.settings import ALL, BY_NAME

HOUR = timedelta(hours=1)

TYPED = [
    ("duration", "3h", 3 * HOUR, 180),
    ("duration", "none", None, None),
    ("limit", "25", 25, 25),
    ("deadline", "1d", 24 * HOUR, 1440),
    ("method", "waiting-list", "waiting-list", "waiting-list"),
    ("allowed_roles", "<@&111111> <@&222222>", (111111, 222222), ["111111", "222222"]),
    ("allowed_roles", "<@&111111><@&111111>", (111111,), ["111111"]),
    ("allowed_roles", "none", (), []),
    ("officer_channel", "<#333333>", 333333, "333333"),
    ("officer_channel", "none", None, None),
    ("thread", "On", True, True),
    ("thread", "off", False, False),
    ("archive", "delete", "delete", "delete"),
    ("reminders", "15, 1h", (60, 15), [60, 15]),
    ("reminders", "none", (), []),
    ("quiet_hours", "22-8:30", (time(22), time(8, 30)), ["22:00", "08:30"]),
    ("quiet_hours", "off", None, None),
    ("join_notice", "Read the tactics first.", "Read the tactics first.", "Read the tactics first."),
    ("join_notice", "none", "", ""),
    ("auto_book_catch_up", "0", timedelta(0), 0),
]


@pytest.mark.parametrize(("name", "typed", "value", "kept"), TYPED)
def test_a_value_goes_round(name, typed, value, kept):
    kind = BY_NAME[name].kind
    assert kind.read(typed) == value
    assert kind.dump(value) == kept
    assert kind.load(kept) == value
    assert kind.read(kind.show(value)) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("duration", "soon"),
        ("duration", "25h"),
        ("limit", "0"),
        ("limit", "²"),
        ("limit", "1001"),
        ("method", "lottery"),
        ("allowed_roles", "Raider"),
        ("priority_roles", " ".join(f"<@&{number}>" for number in range(111111, 111120))),
        ("officer_channel", "raids"),
        ("thread", "maybe"),
        ("archive", "burn"),
        ("reminders", "later"),
        ("quiet_hours", "22-22"),
        ("quiet_hours", "24-3"),
        ("quiet_hours", "22:75-8"),
        ("join_notice", "x" * 1001),
    ],
)
def test_what_is_no_value_is_refused_with_what_to_type(name, typed):
    with pytest.raises(MusterError) as refused:
        BY_NAME[name].kind.read(typed)
    assert len(str(refused.value)) > 10


@pytest.mark.parametrize("setting", ALL, ids=lambda one: one.name)
def test_every_default_goes_round(setting):
    kept = setting.kind.dump(setting.default)
    assert setting.kind.load(kept) == setting.default
    assert setting.kind.read(setting.kind.show(setting.default)) == setting.default


@pytest.mark.parametrize("setting", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize("kept", [{"a": 1}, [None], -5, ["22:00"]], ids=str)
def test_what_was_written_by_hand_is_never_another_error(setting, kept):
    try:
        setting.kind.load(kept)
    except (ValueError, TypeError):
        return
    assert setting.kind.show(setting.kind.load(kept))
