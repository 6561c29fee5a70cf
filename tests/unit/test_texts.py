import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import ARMS, GUILD, HOLY, PLAIN, START, event, game, sign_up

from bot.domain.event import EventStatus, SheetKind
from bot.domain.gates import Gates, Method, Tier
from bot.domain.ids import ChannelId, EventId, PlayerId, RoleId, SeriesId
from bot.domain.notice import OF_PLACE, Notice
from bot.domain.roster import Placed, place
from bot.domain.server import Server
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, GameClass, Spec
from bot.domain.words import USUAL
from bot.render import officer_texts, texts
from sandbox.discord.limits import check_message

# ---------------------------------------------------------------- user text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Heroic Wednesday!", "Heroic Wednesday!"),
        ("団長 🛡️ é", "団長 🛡️ é"),
        (" two\n\t lines ", "two lines"),
        ("*_~`|\\<[", r"\*\_\~\`\|\\\<\["),
        ("a-b #1 c>d (e) 2.0", "a-b #1 c>d (e) 2.0"),  # marks only at the beginning
        ("# big", r"\# big"),
        ("-# small", r"\-# small"),
        ("- list", r"\- list"),
        ("> quote", r"\> quote"),
        ("1. first", r"1\. first"),
        ("25. man", r"25\. man"),
        ("@everyone and @here, me@home", "@\u200beveryone and @\u200bhere, me@home"),
        ("", ""),
    ],
)
def test_user_text_is_shown_as_it_was_typed(text: str, shown: str):
    assert texts.safe(text) == shown


@given(st.text(st.sampled_from("*_~`|<>[]()\\#-@:1. aé団")))
def test_every_mark_of_user_text_is_taken_its_meaning(text: str):
    shown = texts.safe(text)
    unescaped = re.sub(r"\\(.)", "", shown)
    assert not set(unescaped) & set("*_~`|<[\\")
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(text.split())


def test_a_moment_is_discord_s_own_timestamp_in_whole_seconds():
    assert texts.stamp(datetime(2026, 11, 25, 19, 0, 0, 999_999, tzinfo=UTC)) == "<t:1795633200:F>"
    assert texts.stamp(START, "R") == "<t:1795633200:R>"


# ---------------------------------------------------------------- a member's own answer


def placed(choice: Choice, **given_: Any) -> Placed:
    return Placed(7, sign_up(7, choice, **given_))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (placed(Choice.ACCEPTED, **HOLY), "You are in as **Holy Paladin**, #7."),
        (placed(Choice.ACCEPTED), "You are in, #7."),
        (placed(Choice.ACCEPTED, class_name="Paladin"), "You are in as **Paladin**, #7."),
        (placed(Choice.ACCEPTED, class_name="Jedi", spec_name="Grey"), "You are in, #7."),  # by another template
        (placed(Choice.LATE, **HOLY), "You are in and coming **late** as **Holy Paladin**, #7."),
        (placed(Choice.TENTATIVE), "You are down as **Tentative**. It holds no seat: sign up as soon as you know."),
        (placed(Choice.BENCH), "You are on the **bench**: you fill in if somebody is missing."),
        (placed(Choice.ABSENCE), "You are down as **Absence**. Thanks for saying so."),
    ],
)
def test_what_a_member_is_told(one: Placed, said: str):
    assert texts.signed_up(game(), one) == said


def test_what_a_game_calls_its_classes_marks_nothing():
    hostile = game(classes=(GameClass("a*b", "🔨", (Spec("_", "Tank", "🔨"),)),))
    one = placed(Choice.ACCEPTED, class_name="a*b", spec_name="_")
    assert texts.signed_up(hostile, one) == r"You are in as **\_ a\*b**, #7."


def test_an_answer_is_called_as_on_its_button():
    assert texts.signed_up(PLAIN, placed(Choice.ABSENCE)) == "You are down as **No**. Thanks for saying so."


@pytest.mark.parametrize("choice", [Choice.ACCEPTED, Choice.LATE])
def test_in_the_queue_the_place_counts_not_the_number(choice: Choice):
    template = game(tanks=1)
    tanks = [sign_up(n, choice, class_name="Warrior", spec_name="Arms") for n in (1, 2, 3)]
    third = place(tanks, template, None).of(PlayerId(1003))
    assert third
    said = texts.signed_up(template, third)
    assert "**queue** at place 2 as **Arms Warrior**" in said
    assert ("coming **late**" in said) is (choice is Choice.LATE)
    assert "#3" not in said
    assert "full" not in said  # healers would still find a seat


@pytest.mark.parametrize("method", [Method.WAITING, Method.HOST])
def test_whoever_waits_for_the_officers_is_not_told_of_seats(method: Method):
    template = game(tanks=1, gates=Gates(method))
    chosen = [sign_up(n, tier=Tier.HOST_ADDED, **ARMS) for n in (2, 3)]
    roster = place([sign_up(1, Choice.LATE, **HOLY), *chosen], template, None)
    waits, over = roster.of(PlayerId(1001)), roster.of(PlayerId(1003))
    assert waits
    assert over
    said = "You are in the **queue** at place 2 as **Holy Paladin**, coming **late**. Officers choose who comes"
    assert texts.signed_up(template, waits).startswith(said)
    assert "until an officer puts them in" in officer_texts.where(template, waits)
    assert "No seat is free for you" in texts.signed_up(template, over)  # put in, but there is a limit
    assert "no seat is free for them" in officer_texts.where(template, over)


# ---------------------------------------------------------------- the list of raids


def raids(count: int, **given_: Any) -> list[Any]:
    return [event(id=EventId(10**17 + n), **given_) for n in range(count)]


def test_no_raids_say_how_to_make_one():
    assert "/raid create" in texts.upcoming([])


def test_the_list_has_a_line_a_raid():
    listed = texts.upcoming(
        [event(message_id=900), event(id=EventId(13), title="a*b", status=EventStatus.IN_PROGRESS, channel_id=None)]
    )
    assert listed.split("\n") == [
        "`12` **Heroic Wednesday** <t:1795633200:F> · https://discord.com/channels/70/71/900",
        r"`13` **a\*b** <t:1795633200:F> · running",
    ]


@pytest.mark.parametrize("title", ["x" * 100, "*" * 100, "団" * 100, "🛡" * 100, "x" * 5000])
@pytest.mark.parametrize("count", [1, 9, 25])
def test_a_long_list_stays_one_message_and_counts_what_it_leaves_out(title: str, count: int):
    listed = texts.upcoming(raids(count, title=title, message_id=10**18))
    check_message({"content": listed})
    lines = listed.split("\n")
    more = re.fullmatch(r"… and (\d+) more", lines[-1])
    shown = lines[:-1] if more else lines
    assert len(shown) >= 1
    assert len(shown) + (int(more[1]) if more else 0) == count
    assert all(line.startswith(f"`{10**17 + n}` ") for n, line in enumerate(shown))


# ---------------------------------------------------------------- everything else

LINK = "https://discord.com/channels/70/71/900"
HOSTILE = event(title="**@everyone**", message_id=900, series_id=SeriesId(3))
SHOWN = "**\\*\\*@\u200beveryone\\*\\***"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (texts.class_wanted(HOSTILE, USUAL, several=False), [SHOWN, "which class"]),
        (texts.spec_wanted(game().classes[0], USUAL), ["🔨 Paladin: which spec?"]),
        (texts.choose_spec(game().classes[0], USUAL), ["Choose your Paladin spec"]),
        (texts.withdrawn(HOSTILE), [SHOWN, "is gone"]),
        *(
            (
                texts.notice(what, Sheet(HOSTILE, game(), place([], game(), None)), None),
                [SHOWN, "<t:1795633200:F>", LINK],
            )
            for what in sorted(OF_PLACE - {Notice.LATE_CHANGE})
        ),
        (texts.created(HOSTILE), [SHOWN, "<t:1795633200:F>", "The sheet appears in <#71>", "`12`"]),
        (texts.created(event(sheet=SheetKind.RAID_HELPER)), ["Raid-Helper posts its sheet in <#71>"]),
        (
            texts.cancelled(HOSTILE, deleted=False),
            [SHOWN, "The sheet stays", "`/raid series book`", "`/raid series skip`"],
        ),
        (
            texts.cancelled(event(), deleted=True),
            ["**Heroic Wednesday**, <t:1795633200:F>,", "Its sheet is being deleted."],
        ),
        (texts.cancelled(event(sheet=SheetKind.RAID_HELPER), deleted=False), ["Its sheet is being deleted."]),
        (
            texts.missing_permissions(ChannelId(71), ["Send Messages", "Embed Links"]),
            ["<#71>", "**Send Messages**, **Em"],
        ),
        (texts.booked(LINK), [f"📅 Next week's raid has been posted! Sign up here:\n{LINK}"]),
        (texts.unannounced(LINK), ["/raid setup channel:", LINK]),
        (texts.broken("ab12"), ["`ab12`", "try again"]),
        (texts.not_allowed_here(["Send Messages"]), ["I need **Send Messages**."]),
        (texts.not_allowed_here([]), ["I need a permission."]),
    ],
)
def test_what_is_said_names_the_thing_and_the_next_step(said: str, words: list[str]):
    assert not [word for word in words if word not in said]
    check_message({"content": said})


def test_a_single_raid_that_is_cancelled_says_nothing_of_successors():
    assert "successor" not in texts.cancelled(event(), deleted=False)


def test_a_raid_of_a_series_whose_next_stands_already_says_nothing_of_successors_either():
    assert "successor" not in texts.cancelled(replace(HOSTILE, successor_id=EventId(13)), deleted=False)


@pytest.mark.parametrize("turn", ["\u202e", "\u202a", "\u2067", "\u2069"])
def test_user_text_does_not_turn_the_direction_of_what_follows(turn: str):
    assert texts.safe(f"{turn}Mira") == "Mira"


def test_whoever_lost_a_seat_is_not_told_of_fewer_seats_alone():
    tanks = [sign_up(n, class_name="Warrior", spec_name="Arms") for n in (1, 2)]
    roster = place(tanks, game(tanks=1), None)
    said = texts.notice(Notice.DEMOTED, Sheet(event(), game(tanks=1), roster), roster.queued[0])
    assert "somebody who goes first took it" in said
    assert said.count("queue") == 1


def test_a_long_class_name_still_fits_the_select():
    assert len(texts.choose_spec(replace(game().classes[0], name="x" * 200), USUAL)) == 150


def test_the_set_up_shows_what_holds_and_what_is_missing():
    bare = texts.set_up(Server(GUILD), ["I cannot post there yet."])
    assert bare.split("\n") == [
        "Raid channel: not set",
        "Time zone: UTC (not set)",
        "Officer role: none: Manage Server decides",
        "Officer channel: not set",
        "Raid-Helper: not connected",
        "I cannot post there yet.",
    ]
    full = Server(
        GUILD,
        raid_channel_id=ChannelId(71),
        officer_channel_id=ChannelId(72),
        officer_roles=frozenset({RoleId(9), RoleId(8)}),
        timezone="Europe/Berlin",
        raid_helper_key="encrypted-text",
    )
    assert texts.set_up(full, []).split("\n") == [
        "Raid channel: <#71>",
        "Time zone: Europe/Berlin",
        "Officer role: <@&8>, <@&9>",
        "Officer channel: <#72>",
        "Raid-Helper: connected",
        "➡️ Next: `/raid create title:Heroic when:wed 20:00` posts a raid, `/raid series add` one for every week. "
        "`/template list` shows the games.",
    ]


@pytest.mark.parametrize(
    ("given", "step"),
    [
        ({}, "`/raid setup channel: timezone:`"),
        ({"raid_channel_id": ChannelId(71)}, "`/raid setup timezone:`"),
        ({"timezone": "UTC"}, "`/raid setup channel:`"),
    ],
)
def test_the_set_up_ends_with_what_to_type_next(given: dict[str, Any], step: str):
    assert step in texts.set_up(Server(GUILD, **given), []).split("\n")[-1]
