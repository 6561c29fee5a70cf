"""How a comp looks: published and in the officers' panel, for any crowd within Discord's limits."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import ARMS, HOLY, LIGHT, PLAIN, PROTECTION, event, game, sign_up

from bot.domain.comp import Comp, LineUp
from bot.domain.comp_moves import proposed, taken_out
from bot.domain.event import EventStatus
from bot.domain.ids import MessageId, PlayerId, UserId
from bot.domain.roster import SignUp, place
from bot.domain.template import Buff, Choice, Template
from bot.domain.template_file import read_file
from bot.render import comp_texts
from bot.render.comp_sheet import GAP, comp_embed, panel_embed
from bot.services.comps import SwapWanted
from bot.services.templates import SHIPPED
from cogs.comp import panel_view, swap_view, to_view, who_view
from sandbox.discord.limits import check_message

GAMES = {path.stem: read_file(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("*.json")}
WOW = GAMES["wow-retail"]
SPECS = [{"class_name": one.name, "spec_name": spec.name} for one in WOW.classes for spec in one.specs]
CJK = "戦士騎士魔法使僧侶盗賊狩人忍者侍竜鬼神王女帝星月火水木金土山川海空風"


def line_up(people: Sequence[SignUp], template: Template = PLAIN, **raid: Any) -> LineUp:
    """The comp of a fresh proposal."""
    fresh = LineUp(event(**raid), template, place(people, template, None), Comp())
    return replace(fresh, comp=Comp(proposed(fresh)))


def drawn(embed: discord.Embed) -> str:
    """The embed as text; and Discord takes it."""
    check_message({"embeds": [embed.to_dict()]})
    fields = [f"{field.name}\n{field.value}" for field in embed.fields]
    return "\n".join([embed.title or "", embed.description or "", *fields])


def said(found: LineUp, number: int, confirmed: bool | None) -> LineUp:
    slots = [
        replace(one, confirmed=confirmed) if one.player_id == PlayerId(1000 + number) else one
        for one in found.comp.slots
    ]
    return replace(found, comp=replace(found.comp, slots=tuple(slots)))


def left(found: LineUp, number: int) -> LineUp:
    """The same comp after somebody withdrew."""
    stay = [one.sign_up for one in found.roster.seated if one.sign_up.player_id != PlayerId(1000 + number)]
    return replace(found, roster=place(stay, found.template, None))


NIGHT = [
    sign_up(1, name="Uther", **PROTECTION),
    sign_up(2, name="Anduin", **LIGHT),
    sign_up(3, name="Varian", **ARMS),
    sign_up(4, name="Liadrin", **HOLY),
]


def test_a_published_comp_shows_groups_roles_and_marks():
    found = said(said(line_up(NIGHT, game(group_size=2)), 1, True), 2, False)
    assert drawn(comp_embed(found)).splitlines() == [
        "⚔️ Heroic Wednesday · Comp",
        "📅 <t:1795633200:F> · <t:1795633200:R>",
        "👥 4 · 🛡️ 2 · 💚 2 · ✅ 1 · ❌ 1 · ▫️ 2",
        "Group 1 (2)",
        "✅ 🛡️🔨 **Uther**",
        "❌ 💚✨ **Anduin**",
        "Group 2 (2)",
        "▫️ 🛡️🗡️ **Varian**",
        "▫️ 💚🔨 **Liadrin**",
    ]


def test_whoever_left_is_an_open_place_to_everybody_and_a_name_to_the_officers():
    found = left(line_up(NIGHT, game(group_size=2)), 3)
    published, panel = drawn(comp_embed(found)), drawn(panel_embed(found))
    assert GAP in published
    assert "Varian" not in published
    assert "Group 1 (2)" in published
    assert "Group 2 (1 of 2)" in published
    assert "Group 2 (1 of 2)" in panel
    assert comp_texts.group_option(found, 2) == "Group 2 (1 of 2)"
    assert "⚠️ ~~Varian~~" in panel
    assert "⚠️ **Varian** has no seat any more: a gap in group 2." in panel


def test_a_spec_the_emoji_does_not_tell_is_spelt_out():
    template = read_file((SHIPPED / "ffxiv.json").read_text(encoding="utf-8"))
    found = line_up([sign_up(1, name="Mira", class_name="Tank", spec_name="Gunbreaker")], template)
    text = drawn(panel_embed(found))
    assert "▫️ 🛡️ **Mira** Gunbreaker" in text
    assert "⚠️ Nobody is Healer, Melee, Physical Ranged, Magical Ranged." in text


def test_a_cancelled_raids_comp_says_so():
    text = drawn(comp_embed(line_up(NIGHT, game(), status=EventStatus.CANCELLED)))
    assert "· CANCELLED" in text
    assert "**Cancelled.**" in text


def test_the_panel_names_what_is_missing_and_who_could_mend_it():
    template = game(buffs=(Buff("Shout", ("Warrior",)), Buff("Fortitude", ("Priest",)), Buff("Aura", ("Paladin",))))
    people = [
        sign_up(1, name="Pia", offers=("Priest/Light",), **HOLY),
        sign_up(2, Choice.BENCH, name="Wim", **ARMS),
    ]
    lines = (panel_embed(line_up(people, template)).description or "").splitlines()
    assert lines == [
        "👥 1 · 🛡️ 0 · 💚 1 · ✅ 0 · ❌ 0 · ▫️ 1",
        "⚠️ Nobody is Tank.",
        "⚠️ **Shout** is missing (Warrior). **Wim** (bench) could bring it.",
        "⚠️ **Fortitude** is missing (Priest). **Pia** could bring it as Light Priest.",
    ]


def test_the_panel_names_who_has_no_group():
    found = line_up(NIGHT, game())
    found = replace(found, comp=Comp(taken_out(found, PlayerId(1003))))
    assert "⚠️ Without a group: **Varian**." in drawn(panel_embed(found))


@pytest.mark.parametrize(
    ("waits", "sentence"),
    [
        (sign_up(5, Choice.BENCH, name="Bea", **HOLY), "In their role wait **Bea** (bench)."),
        (sign_up(5, Choice.BENCH, name="Bea", **ARMS), "Nobody waits in their role."),
    ],
)
def test_whoever_declined_is_named_with_who_could_replace_them(waits: SignUp, sentence: str):
    found = said(line_up([*NIGHT, waits], game()), 2, False)
    assert f"❌ **Anduin** declined a place in group 1. {sentence}" in drawn(panel_embed(found))


def test_names_cannot_format_or_ping():
    text = drawn(comp_embed(line_up([sign_up(1, name="**@everyone** <@1>")])))
    assert "@everyone" not in text
    assert "\\*\\*" in text
    assert re.search(r"(?<!\\)<@1>", text) is None


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("name", ["".join(CJK)[:32], "*" * 32, "\U0001f409" * 16])
def test_forty_people_with_long_names_fit_whole(name: str):
    people = [sign_up(number, name=name, **SPECS[number % len(SPECS)]) for number in range(1, 41)]
    found = line_up([*people, *(sign_up(n, Choice.BENCH, name=name) for n in range(41, 46))], WOW)
    for embed in (comp_embed(found), panel_embed(found)):
        text = drawn(embed)
        assert text.count("▫️ ") == 40 + 1  # and the count of those who have not said
        assert len(embed.fields) == 8


def test_a_hundred_stand_in_twenty_groups():
    text = drawn(comp_embed(line_up([sign_up(number) for number in range(1, 101)])))
    assert "Group 20 (5)" in text
    assert text.count("**Raider") == 100


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=0, max_size=32)
crowds = st.tuples(
    st.integers(1, 130), st.lists(names, min_size=1, max_size=5), st.lists(st.sampled_from(SPECS), min_size=1)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crowds, st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4), st.integers(0, 130))
def test_any_crowd_fits(crowd: tuple[int, list[str], list[dict[str, str]]], marks: list[bool | None], gone: int):
    count, called, played = crowd
    people = [
        sign_up(number, name=called[number % len(called)], offers=("Druid/Balance",), **played[number % len(played)])
        for number in range(1, count + 1)
    ]
    found = line_up(people, WOW)
    slots = [replace(one, confirmed=marks[index % len(marks)]) for index, one in enumerate(found.comp.slots)]
    found = replace(found, comp=Comp(tuple(slots)), roster=place(people[gone:], WOW, None))
    assert drawn(comp_embed(found)).count("Group ") >= 1
    assert drawn(panel_embed(found)).count("Group ") >= 1


def test_more_than_fit_are_cut_and_counted():
    own = "<:" + "n" * 32 + ":1234567890123456789>"
    template = game(group_size=25)
    template = replace(template, roles=tuple(replace(one, emoji=own) for one in template.roles))
    people = [sign_up(number, name="*" * 32, **(HOLY if number % 2 else ARMS)) for number in range(1, 501)]
    text = drawn(comp_embed(line_up(people, template)))
    assert re.search(r"… and \d+ more", text)
    assert "Group 1 (25)" in text


@pytest.mark.parametrize(("people", "offered"), [(1, 1), (40, 40), (100, 100), (130, 100)])
async def test_everybody_up_to_a_hundred_can_be_picked(people: int, offered: int):
    found = line_up([sign_up(number, name="勇者" * 16) for number in range(1, people + 1)])
    mover = found.comp.slots[0].player_id
    wanted = SwapWanted(found, mover, max(found.groups)) if people > 1 else None
    for view in (who_view(found), to_view(found, mover), panel_view(found), *([swap_view(wanted)] if wanted else [])):
        check_message({"content": "-", "components": view.to_components()})
    rows: list[Any] = [item for row in who_view(found).to_components() for item in row["components"]]
    assert sum(len(item.get("options", [])) for item in rows) == offered


# ---------------------------------------------------------------- sentences


def test_mentions_fit_into_one_message():
    people = [UserId(10**18 + number) for number in range(100)]
    found = line_up([sign_up(1)], guild_id=10**18, channel_id=10**18)
    found = replace(found, comp=replace(found.comp, message_id=MessageId(10**18)))
    for text in (comp_texts.rung(people), comp_texts.place_changed(found, people)):
        check_message({"content": text})
        assert text.count("<@") == comp_texts.MOST_RUNG
    assert comp_texts.rung([]) == ""


def test_the_panel_says_where_the_comp_stands():
    found = line_up([sign_up(1), sign_up(2)])
    assert "not published" in comp_texts.panel(found)
    pending = replace(found, comp=replace(found.comp, published=True))
    assert "appears in <#71>" in comp_texts.panel(pending)
    posted = replace(pending, comp=replace(pending.comp, message_id=MessageId(9), told={UserId(5001): 1}))
    assert "https://discord.com/channels/70/71/9" in comp_texts.panel(posted)
    assert "`Update` tells 1 person about their new place." in comp_texts.panel(posted)
