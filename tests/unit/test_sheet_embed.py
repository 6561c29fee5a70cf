import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import ARMS, HOLY, LIGHT, PLAIN, PROTECTION, START, event, game, sign_up

from bot.domain.event import Event, EventStatus
from bot.domain.ids import EventId, UserId
from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, Template, read_template
from bot.render.sheet import GREY, sheet_embed
from bot.render.texts import EMOJI
from sandbox.discord.limits import check_message

NO_HEADING = "\u200b"
COUNT = re.compile(r"\((\d+)(?:/(\d+))?\)$")
NUMBER = re.compile(r"(?<!\\)`(\d+)` ")


def sheet(sign_ups: Sequence[SignUp], template: Template, raid: Event | None = None, label: str | None = None) -> Sheet:
    raid = raid or event()
    return Sheet(raid, template, place(sign_ups, template, raid.total_limit), label)


def drawn(one: Sheet) -> str:
    """The embed as text: title, description, every field with its heading, footer; and Discord takes it."""
    embed = sheet_embed(one)
    check_message({"embeds": [embed.to_dict()]})
    fields = [f"{'|' if field.inline else '-'} {field.name}\n{field.value}" for field in embed.fields]
    return "\n".join([embed.title or "", embed.description or "", *fields, embed.footer.text or ""])


def headings(embed: discord.Embed) -> list[str]:
    """The headings of blocks and rows, from the columns and from the lines below each other."""
    lines = [line for field in embed.fields for line in (field.value or "").split("\n")]
    bold = [line[2:-2] for line in lines if line.startswith("**") and line.endswith(")**")]
    return [field.name for field in embed.fields if field.name and field.name != NO_HEADING] + bold


def values(embed: discord.Embed) -> str:
    return "\n".join(field.value or "" for field in embed.fields)


# ---------------------------------------------------------------- how it looks

NIGHT = [
    sign_up(1, name="Anduin", **LIGHT),
    sign_up(2, name="Uther", **PROTECTION),
    sign_up(3, Choice.TENTATIVE, name="Thrall"),
    sign_up(4, name="Varian", **ARMS),
    sign_up(5, Choice.LATE, name="Liadrin", **HOLY),
    sign_up(6, name="Turalyon", **HOLY),
    sign_up(7, Choice.ABSENCE, name="Jaina"),
    sign_up(8, name="Saurfang", **ARMS),
    sign_up(9, Choice.BENCH, name="Moira", **LIGHT),
    sign_up(10, Choice.ABSENCE, name="Khadgar"),
]


def test_a_small_sheet_word_for_word():
    raid = event(
        description="Bring flasks.",
        leader_id=UserId(42),
        deadline=START - timedelta(hours=2),
        total_limit=20,
        message_id=900,
    )
    assert drawn(sheet(NIGHT, game(tanks=2), raid, "Heroic Wednesday")) == "\n".join(
        [
            "⚔️ Heroic Wednesday",
            "Bring flasks.",
            "",
            "👑 **Leader** <@42>",
            "📅 <t:1795633200:F> · <t:1795633200:R>",
            "⏳ 3 h",
            "🔒 Sign up until <t:1795626000:f> · <t:1795626000:R>",
            "👥 **5/20** (+1 in the queue) · 🛡️ 2/2 · 💚 3",
            "| 🛡️ Tanks (2/2)",
            "`2` 🔨 **Uther** Protection",
            "`4` 🗡️ **Varian**",  # the spec has an emoji of its own
            "| 💚 Healers (2)",
            "`1` ✨ **Anduin** Light",
            "`6` 🔨 **Turalyon** Holy",
            "- ⏫ Queue (1)",
            "`8` 🗡️ **Saurfang**",
            "- 🕒 Late (1)",
            "`5` 🔨 **Liadrin** Holy",
            "- ⚖️ Tentative (1)",
            "`3` **Thrall**",
            "- 🪑 Bench (1)",
            "`9` ✨ **Moira** Light",
            "- 🚫 Absence (2)",
            "`7` **Jaina**, `10` **Khadgar**",
            "#12 · Heroic Wednesday",
        ]
    )


def test_an_empty_sheet_shows_when_and_how_many():
    assert drawn(sheet([], PLAIN)) == "\n".join(
        ["📅 Heroic Wednesday", "📅 <t:1795633200:F> · <t:1795633200:R>", "⏳ 3 h", "👥 **0**", "#12"]
    )


def test_a_template_without_classes_has_one_block_in_its_own_words():
    people = [sign_up(1, **HOLY), sign_up(2, Choice.TENTATIVE), sign_up(3)]
    text = drawn(sheet(people, PLAIN))
    assert "| ✅ Yes (2)\n`1` **Raider1**\n`3` **Raider3**\n- ⚖️ Tentative (1)\n`2` **Raider2**" in text


def test_a_template_by_class_has_a_block_a_class():
    text = drawn(sheet(NIGHT, game(group_by="class", paladins=4)))
    assert re.findall(r"^[|-] .*", text, re.MULTILINE) == [
        "| 🔨 Paladin (3/4)",  # the late paladin takes a seat of the four
        "| 🪓 Warrior (2)",
        "| ✨ Priest (1)",
        "- 🕒 Late (1)",
        "- ⚖️ Tentative (1)",
        "- 🪑 Bench (1)",
        "- 🚫 Absence (2)",
    ]


def test_people_without_a_class_of_the_template_stand_in_a_block_of_their_own():
    people = [sign_up(1, **HOLY), sign_up(2), sign_up(3, class_name="Jedi", spec_name="Light")]
    assert "| ❔ No class yet (2)\n`2` **Raider2**\n`3` **Raider3**" in drawn(sheet(people, game()))


def test_somebody_late_takes_a_seat_of_a_limit_and_stands_in_the_late_row():
    people = [sign_up(1, Choice.LATE, **ARMS), sign_up(2, **ARMS), sign_up(3, **ARMS)]
    text = drawn(sheet(people, game(tanks=2)))
    assert "🛡️ 2/2" in text
    assert "| 🛡️ Tanks (2/2)\n`2` 🗡️ **Raider2**\n- ⏫ Queue (1)\n`3` 🗡️ **Raider3**\n- 🕒 Late (1)" in text


def test_an_arrival_stands_beside_late_alone_and_a_note_is_marked_but_not_told():
    then = START + timedelta(minutes=15)
    people = [
        sign_up(1, note="ill", **HOLY),
        sign_up(2, Choice.LATE, arrives_at=then, note="train", **ARMS),
        sign_up(3, Choice.LATE, **ARMS),
        sign_up(4, Choice.TENTATIVE, arrives_at=then),
    ]
    text = drawn(sheet(people, game()))
    assert "`1` 🔨 **Raider1** Holy 📝" in text
    assert "- 🕒 Late (2)\n`2` 🗡️ **Raider2** <t:1795634100:t> 📝, `3` 🗡️ **Raider3**\n" in text
    assert "`4` **Raider4**\n" in text
    assert "ill" not in text
    assert "train" not in text


def test_the_queue_stands_in_its_order():
    people = [sign_up(number, Choice.LATE if number == 3 else Choice.ACCEPTED) for number in range(1, 5)]
    assert "- ⏫ Queue (3)\n`2` **Raider2**, `3` **Raider3** 🕒, `4` **Raider4**" in drawn(
        sheet(people, PLAIN, event(total_limit=1))
    )


@pytest.mark.parametrize(
    ("given_", "present", "absent", "colour"),
    [
        ({}, [], ["🔒", "CANCELLED", "Cancelled"], 0x5865F2),
        ({"deadline": START}, ["🔒 Sign up until <t:1795633200:f>"], ["closed"], 0x5865F2),
        ({"closed": True, "deadline": START}, ["🔒 Sign-ups are closed"], ["until"], GREY),
        ({"status": EventStatus.IN_PROGRESS, "deadline": START}, ["▶️ **Under way**"], ["until", "🔒"], GREY),
        ({"status": EventStatus.COMPLETED, "deadline": START}, ["🏁 **Over**"], ["until", "🔒"], GREY),
        (
            {"status": EventStatus.CANCELLED, "cancel_reason": "No tanks.", "deadline": START, "closed": True},
            ["📅 Heroic Wednesday · CANCELLED", "**Cancelled.** No tanks."],
            ["🔒"],
            GREY,
        ),
        ({"status": EventStatus.CANCELLED}, ["· CANCELLED", "**Cancelled.**\n"], ["None"], GREY),
    ],
)
def test_the_looks_of_a_closed_and_a_cancelled_sheet(
    given_: dict[str, Any], present: list[str], absent: list[str], colour: int
):
    one = sheet([sign_up(1)], PLAIN, event(**given_))
    text = drawn(one)
    assert sheet_embed(one).colour == discord.Colour(colour)
    assert "`1` **Raider1**" in text  # the list stays
    assert all(words in text for words in present)
    assert not [words for words in absent if words in text]


def test_when_the_raid_is_over_its_sheet_invites_nobody_any_more():
    over = replace(sheet([], game(), event(deadline=START)), closed_choices=frozenset(Choice))
    assert "🔒 Sign-ups are closed" in drawn(over)
    assert "until" not in drawn(over)


@pytest.mark.parametrize("name", ["\u3164", "\u2800", "\u200b\u200b", "\u202e", "  "])
def test_a_name_that_shows_nothing_is_a_question_mark(name: str):
    assert "`1` **?**" in values(sheet_embed(sheet([sign_up(1, name=name)], PLAIN)))


def test_the_title_leads_to_the_sheet_itself():
    assert sheet_embed(sheet([], PLAIN, event(message_id=900))).url == "https://discord.com/channels/70/71/900"
    assert sheet_embed(sheet([], PLAIN)).url is None


HOSTILE = [
    ("**bold** _it_", r"\*\*bold\*\* \_it\_"),
    ("`7` ||x|| ~~y~~", r"\`7\` \|\|x\|\| \~\~y\~\~"),
    ("<@5> <@&6> <#7>", r"\<@5> \<@&6> \<#7>"),
    ("<t:1:R> <:x:1>", r"\<t:1:R> \<:x:1>"),
    ("[a](http://b.c)", "\\[a](http:\u200b//b.c)"),
    ("[**a**](http://b)", "\\[\\*\\*a\\*\\*](http:\u200b//b)"),
    ("https://b.c/_d_", "https:\u200b//b.c/\\_d\\_"),
    ("@everyone @here", "@\u200beveryone @\u200bhere"),
    ("two\nlines", "two lines"),
    ("\\", "\\\\"),
    (" \t", "?"),
]


@pytest.mark.parametrize(("name", "shown"), HOSTILE)
def test_a_name_has_no_markup_or_mention_of_its_own(name: str, shown: str):
    people = [sign_up(1, name=name), sign_up(2, Choice.TENTATIVE, name=name)]
    text = drawn(sheet(people, PLAIN))
    assert f"| ✅ Yes (1)\n`1` **{shown}**\n" in text
    assert f"\n`2` **{shown}**\n" in text


@pytest.mark.parametrize(("title", "shown"), HOSTILE[:-1])
def test_neither_have_a_title_a_label_and_the_names_of_a_template(title: str, shown: str):
    assert drawn(sheet([], PLAIN, event(title=title))).startswith(f"📅 {shown}\n")
    labels = {Choice.ACCEPTED: title, Choice.TENTATIVE: title}
    text = drawn(sheet([sign_up(1), sign_up(2, Choice.TENTATIVE)], replace(PLAIN, labels=labels)))
    assert f"| ✅ {shown} (1)" in text
    assert f"- ⚖️ {shown} (1)" in text
    tank = replace(game().roles[0], plural=title)
    spec = replace(game().classes[0].specs[0], name=title)
    classes = (replace(game().classes[0], specs=(spec,)),)
    text = drawn(sheet([sign_up(1, class_name="Paladin", spec_name=title)], game(roles=(tank,), classes=classes)))
    assert f"| 🛡️ {shown} (1)\n`1` 🔨 **Raider1** {shown}" in text


def test_an_officer_s_description_keeps_its_markdown():
    # Whatever stands in an embed pings nobody, so even @everyone is only a word here.
    assert "**Flasks!** @everyone\n- potions" in drawn(
        sheet([], PLAIN, event(description="**Flasks!** @everyone\n- potions"))
    )


# ---------------------------------------------------------------- big sheets


def numbers(embed: discord.Embed) -> list[int]:
    return sorted(int(found) for found in NUMBER.findall(values(embed)))


def test_forty_players_with_long_cjk_names_all_stand_there_in_full():
    names = [chr(0x4E00 + number) * 32 for number in range(40)]
    specs = [PROTECTION, HOLY, ARMS, LIGHT]
    people = [sign_up(n + 1, name=name, **specs[n % 4]) for n, name in enumerate(names)]
    embed = sheet_embed(sheet(people, game(), event(description="説明" * 500)))
    check_message({"embeds": [embed.to_dict()]})
    assert numbers(embed) == list(range(1, 41))
    assert all(f"**{name}**" in values(embed) for name in names)


def test_a_hundred_players_without_classes_all_stand_there():
    embed = sheet_embed(sheet([sign_up(n, name=f"団長の名前{n}番目") for n in range(1, 101)], PLAIN))
    check_message({"embeds": [embed.to_dict()]})
    assert numbers(embed) == list(range(1, 101))
    assert "✅ Yes (100)" in headings(embed)


def test_a_long_reason_beside_a_long_description_leaves_the_facts_their_place():
    raid = event(status=EventStatus.CANCELLED, cancel_reason="r" * 2000, description="d" * 2000, leader_id=2**62)
    text = drawn(sheet([sign_up(1)], PLAIN, raid))
    assert "r" * 500 in text
    assert "d" * 500 in text
    assert "👥 **1**" in text


def test_too_many_names_for_a_message_say_how_many_are_left_out():
    embed = sheet_embed(sheet([sign_up(n, name="団" * 12) for n in range(1, 301)], PLAIN))
    check_message({"embeds": [embed.to_dict()]})
    shown = numbers(embed)
    assert shown == list(range(1, len(shown) + 1))
    assert values(embed).endswith(f"\n… and {300 - len(shown)} more")


def crowd(template: Template, count: int, name: str = "団長") -> list[SignUp]:
    """People of every class, spec and answer in turn."""
    picks = [{"class_name": one.name, "spec_name": spec.name} for one in template.classes for spec in one.specs] or [{}]
    answers = [*Choice, Choice.ACCEPTED, Choice.ACCEPTED, Choice.ACCEPTED]
    return [
        sign_up(n + 1, answers[n // len(picks) % len(answers)], name=name, **picks[n % len(picks)])
        for n in range(count)
    ]


def wide(classes: int, *, letter: str = "N", length: int = 10, emoji: str = "", group_by: str = "class") -> Template:
    """A template of so many classes and roles, their names `length` times `letter`, `emoji` beside roles and specs."""

    def name(number: int) -> str:
        return letter * (length - 2) + f"{number:02}"

    roles = [{"name": name(n), "emoji": emoji or "🛡️", "limit": 1000 if n % 2 else None} for n in range(classes)]
    listed = [
        {
            "name": name(n),
            "emoji": chr(0x1F400 + n),
            "limit": 900,
            "specs": [{"name": name(s), "role": name((n + s) % classes), "emoji": emoji or "🗡️"} for s in range(3)],
        }
        for n in range(classes)
    ]
    return read_template({"name": "wide", "title": "Wide", "group_by": group_by, "roles": roles, "classes": listed})


def test_more_blocks_than_discord_has_columns_stand_below_each_other():
    template = wide(25)
    people = [*crowd(template, 100), sign_up(101)]
    embed = sheet_embed(sheet(people, template, event(total_limit=90)))
    check_message({"embeds": [embed.to_dict()]})
    assert len(headings(embed)) > 25
    assert numbers(embed) == list(range(1, 102))


@pytest.mark.parametrize("group_by", ["class", "role"])
@pytest.mark.parametrize("letter", ["N", "_", "団", "𝕏", "🛡"])
def test_the_widest_template_full_of_people_is_still_a_sheet(group_by: str, letter: str):
    template = wide(25, letter=letter, length=100, emoji=f"<a:{'e' * 32}:{'9' * 20}>", group_by=group_by)
    raid = event(
        id=EventId(10**18 - 1),
        title="*" * 100,
        description="説明" * 1000,
        status=EventStatus.CANCELLED,
        cancel_reason="|" * 2000,
        leader_id=UserId(2**63 - 1),
        total_limit=250,
        message_id=2**63 - 1,
    )
    one = sheet(crowd(template, 300, name="*" * 32), template, raid, label="🛡" * 200)
    embed = sheet_embed(one)
    check_message({"embeds": [embed.to_dict()]})
    assert len(headings(embed)) >= 25


# ---------------------------------------------------------------- law 7

SCRIPTS = st.one_of(
    st.text(st.sampled_from("*_~`|<>[]()\\#-@:1 "), min_size=1, max_size=100),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=100),
    st.text(st.sampled_from("🛡️⚔️👨‍👩‍👧🇩🇪\u200b\u0301é"), min_size=1, max_size=100),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=100),
)
templates = st.one_of(
    st.just(PLAIN),
    st.builds(game, group_by=st.sampled_from(["role", "class"]), tanks=st.none() | st.integers(1, 9)),
    st.builds(
        wide,
        st.integers(1, 25),
        letter=st.sampled_from("N_団🛡"),
        length=st.sampled_from([3, 12, 100]),
        emoji=st.sampled_from(["", "<:spec:123456789012345678>"]),
        group_by=st.sampled_from(["role", "class"]),
    ),
)
longer = st.builds(lambda text, times: (text * times)[:2000], SCRIPTS, st.integers(0, 60))
raids = st.builds(
    event,
    title=SCRIPTS,
    description=longer,
    leader_id=st.none() | st.integers(1, 2**63 - 1),
    deadline=st.none() | st.just(START),
    total_limit=st.none() | st.integers(1, 300),
    status=st.sampled_from(EventStatus),
    cancel_reason=st.none() | longer,
    closed=st.booleans(),
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Any sheet of up to 300 people; who they are repeats, because only lengths and counts matter."""
    template = draw(templates)
    picks = [{"class_name": one.name, "spec_name": spec.name} for one in template.classes for spec in one.specs]
    picks += [{}, {"class_name": "Jedi", "spec_name": "Light"}]
    kinds = st.tuples(SCRIPTS, st.sampled_from(Choice), st.sampled_from(picks))
    pattern = draw(st.lists(kinds, min_size=1, max_size=12))
    count = draw(st.integers(0, 300))
    people = [
        sign_up(n + 1, choice, name=name, arrives_at=START, note=name[:1], **(picks[n % len(picks)] if pick else {}))
        for n, (name, choice, pick) in ((n, pattern[n % len(pattern)]) for n in range(count))
    ]
    return sheet(people, template, draw(raids), draw(st.none() | SCRIPTS))


def expected_counts(one: Sheet) -> list[tuple[int, int | None]]:
    """(names or seats taken, limit) of every heading in its order, counted from the sign-ups alone."""
    template = one.template
    seats = [placed.sign_up for placed in one.roster.seated]

    def group(person: SignUp) -> str | None:
        spec = template.spec(person.class_name, person.spec_name)
        known = template.game_class(person.class_name)
        if template.group_by == "class":
            return known.name if known else None
        return spec.role if spec else None

    blocks = template.classes if template.group_by == "class" else template.roles
    found: list[tuple[int, int | None]] = []
    for name, limit in [(block.name, block.limit) for block in blocks] if template.classes else []:
        there = [person for person in seats if group(person) == name]
        present = [person for person in there if person.choice is Choice.ACCEPTED]
        found += [(len(there) if limit else len(present), limit)] if present else []
    rest = [person for person in seats if person.choice is Choice.ACCEPTED]
    strays = [person for person in rest if group(person) is None] if template.classes else rest
    late = [person for person in seats if person.choice is Choice.LATE]
    others = [one.roster.others.get(choice, ()) for choice in (Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE)]
    return [*found, *((len(some), None) for some in (strays, one.roster.queued, late, *others) if some)]


def shown_counts(embed: discord.Embed) -> list[tuple[int, int | None]]:
    matches = [COUNT.search(heading) for heading in headings(embed)]
    return [(int(found[1]), int(found[2]) if found[2] else None) for found in matches if found]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sheets())
def test_whatever_stands_on_a_sheet_discord_takes_it_and_it_says_the_truth(one: Sheet):
    embed = sheet_embed(one)
    check_message({"embeds": [embed.to_dict()]})
    assert shown_counts(embed) == expected_counts(one)
    everybody = len(one.roster.seated) + len(one.roster.queued) + sum(map(len, one.roster.others.values()))
    shown = numbers(embed)
    left_out = sum(map(int, re.findall(r"(?:^|, )… and (\d+) more$", values(embed), re.MULTILINE)))
    assert len(set(shown)) == len(shown)
    assert set(shown) <= set(range(1, everybody + 1))
    if shown:
        assert len(shown) + left_out == everybody
    assert f"👥 **{len(one.roster.seated)}" in (embed.description or "")


def test_every_answer_has_an_emoji():
    assert set(EMOJI) == set(Choice)
