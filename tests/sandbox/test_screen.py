"""A channel drawn as text: whole pictures where looks matter, tables of cases for markup and widths."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.discord.cells import cells, pad, wrap
from sandbox.discord.markup import Reader, relative
from sandbox.discord.screen import render_channel, render_message

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RAID = int(datetime(2026, 11, 25, 19, 5, 9, tzinfo=UTC).timestamp())
BERLIN = ZoneInfo("Europe/Berlin")
names = {"5": "Arila*x*", "9": "Officer", "77": "raid_info_now"}.get


def message(**given: Any) -> dict[str, Any]:
    author = {"id": "1", "username": "Muster", "bot": True}
    return {"id": "2", "author": author, "timestamp": "2026-11-20T11:58:00+00:00", "content": "", **given}


def drawn(*, width: int = 60, phone: bool = False, colour: bool = False, **given: Any) -> list[str]:
    """The lines below the author's."""
    picture = render_message(
        message(**given), now=NOW, names=names, width=width, zone=BERLIN, phone=phone, colour=colour
    )
    return picture.split("\n")[1:]


def field(name: str, value: str, inline: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "inline": inline}


def button(label: str | None, **given: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": label, "custom_id": "b", **given}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


SHEET = {
    "color": 0x3BA55D,
    "author": {"name": "Night Watch"},
    "title": "⚔️ Heroic Undermine",
    "description": "Bring flasks and **food**.",
    "fields": [
        field("Leader", "<@5>"),
        field("When", f"<t:{RAID}:R>"),
        field("Where", "<#77>"),
        field("🛡️ Tanks (2)", "`1` <:prot:123> Arila\n`4` <:blood:124> 山田太郎"),
        field("💚 Healers (3)", "`2` Bo\n`3` Ünal\n`9` Çelik"),
        field("Late", "`10` Tess (20:30)", inline=False),
    ],
    "footer": {"text": "**#42**"},
    "timestamp": "2026-11-25T19:00:00+00:00",
}


def test_a_sheet_on_the_desktop() -> None:
    buttons = [button("Sign up", emoji={"name": "✅"}), button("Late"), button("Absence", disabled=True)]
    link = button("Log", style=5, url="https://example.org")
    sheet = message(embeds=[SHEET], components=[row(*buttons), row(link)], edited_timestamp="2026-11-20T11:59:00+00:00")
    assert render_message(sheet, now=NOW, names=names, width=62, zone=BERLIN).split("\n") == [
        "Muster [APP]  20/11/2026 12:58  (edited)",
        "▌ Night Watch",
        "▌ ⚔️ Heroic Undermine",
        "▌ Bring flasks and food.",
        "▌",
        "▌ Leader              When                Where",
        "▌ @Arila*x*           in 5 days           #raid_info_now",
        "▌",
        "▌ 🛡️ Tanks (2)                   💚 Healers (3)",
        "▌ `1` :prot: Arila" + " " * 15 + "`2` Bo",
        "▌ `4` :blood: 山田太郎" + " " * 11 + "`3` Ünal",
        "▌" + " " * 32 + "`9` Çelik",
        "▌",
        "▌ Late",
        "▌ `10` Tess (20:30)",
        "▌",
        "▌ **#42** • 25/11/2026 20:00",
        "[ ✅ Sign up ] [ Late ] ( Absence )",
        "[ Log ↗ ]",
    ]


def test_a_phone_stacks_the_columns_and_breaks_the_row() -> None:
    embed = {"fields": [field("Tanks", "Arila"), field("Healers", "Bo")]}
    buttons = row(button("Sign up"), button("Late"), button("Tentative"))
    assert drawn(width=24, phone=True, embeds=[embed], components=[buttons]) == [
        "▌",
        "▌ Tanks",
        "▌ Arila",
        "▌",
        "▌ Healers",
        "▌ Bo",
        "[ Sign up ] [ Late ]",
        "[ Tentative ]",
    ]


def test_a_panel_of_the_second_kind() -> None:
    close = {"type": 9, "components": [{"type": 10, "content": "**Close**\n-# for all"}], "accessory": button("Close")}
    picture = {"type": 9, "components": [{"type": 10, "content": "Comp"}]}
    picture["accessory"] = {"type": 11, "media": {"url": "attachment://comp.png"}}
    inside = [{"type": 10, "content": "## Panel"}, {"type": 14}, close, picture, {"type": 14, "divider": False}]
    inside += [row({"type": 3, "custom_id": "s", "placeholder": "Pick a spec", "options": []})]
    gallery = {"type": 12, "items": [{"media": {"url": "https://cdn.example/a.png?x=1"}}]}
    file = {"type": 13, "file": {"url": "attachment://raid.ics"}}
    box = {"type": 17, "components": [*inside, gallery]}
    assert drawn(width=32, flags=(1 << 15) | (1 << 6), components=[box, {"type": 14, "spacing": 2}, file]) == [
        "▌ Panel",
        "▌ " + "─" * 30,
        "▌ Close                [ Close ]",
        "▌ for all",
        "▌ Comp         [image: comp.png]",
        "▌",
        "▌ [Pick a spec ▾]",
        "▌ [image: a.png]",
        "",
        "─" * 32,
        "",
        "[file: raid.ics]",
        "· Only you can see this ·",
    ]


def test_a_bar_can_have_its_colour() -> None:
    lines = drawn(colour=True, embeds=[{"title": "Raid", "color": 0x3BA55D}, {"title": "Plain"}])
    assert lines == ["\x1b[38;2;59;165;93m▌\x1b[0m Raid", "▌ Plain"]


def test_a_long_name_keeps_its_column() -> None:
    embed = {"fields": [field("Melee", "`1` " + "山" * 12), field("\u200b", "`2` Bo")]}
    assert drawn(width=42, embeds=[embed]) == [
        "▌",
        "▌ Melee",
        "▌ `1`                  `2` Bo",
        "▌ 山山山山山山山山山",
        "▌ 山山山",
    ]


@pytest.mark.parametrize(("count", "starts"), [(1, [2]), (2, [2, 23]), (3, [2, 16, 30])])
def test_columns_share_the_width_by_their_number(count: int, starts: list[int]) -> None:
    _, line, _ = drawn(width=42, embeds=[{"fields": [field("a", "b")] * count}])
    assert [place for place, character in enumerate(line) if character == "a"] == starts


def test_a_fourth_column_begins_a_row() -> None:
    lines = drawn(width=42, embeds=[{"fields": [field(letter, "x") for letter in "abcd"]}])
    assert [line.split() for line in lines if set(line) & set("abcd")] == [["▌", "a", "b", "c"], ["▌", "d"]]


@pytest.mark.parametrize(
    ("control", "line"),
    [
        (button("Log", style=5, url="https://example.org"), "[ Log ↗ ]"),
        (button(None, emoji={"id": "1", "name": "wow"}), "[ :wow: ]"),
        (button("Sign up", disabled=True), "( Sign up )"),
        ({"type": 3, "options": [], "placeholder": "Pick", "disabled": True}, "(Pick ▾)"),
        ({"type": 3, "options": [{"label": "Holy", "default": True}, {"label": "Ret"}]}, "[Holy ▾]"),
        ({"type": 3, "options": [{"label": "Holy"}]}, "[Make a selection ▾]"),
        ({"type": 5}, "[Choose a member ▾]"),
        ({"type": 8, "placeholder": "Where"}, "[Where ▾]"),
    ],
)
def test_a_control(control: dict[str, Any], line: str) -> None:
    assert drawn(components=[row(control)]) == [line]


def test_what_hangs_below_a_message() -> None:
    reactions = [{"emoji": {"id": None, "name": "👍"}, "count": 3}, {"emoji": {"id": "7", "name": "wow"}, "count": 1}]
    files = [{"filename": "raid.ics"}]
    lines = drawn(content="Here", attachments=files, reactions=reactions, thread={"name": "Talk"})
    assert lines == ["Here", "[file: raid.ics]", "👍 3   :wow: 1", "└ Thread: Talk"]


def test_a_picture_in_an_embed_is_named() -> None:
    assert drawn(embeds=[{"title": "Comp", "image": {"url": "attachment://comp.png"}}]) == [
        "▌ Comp",
        "▌",
        "▌ [image: comp.png]",
    ]


def test_a_channel_reads_from_the_oldest_down() -> None:
    said = message(id="1", content="first", author={"id": "5", "username": "arila"})
    picture = render_channel("raids", [message(id="10", content="then"), said], now=NOW, names=names, width=24)
    assert picture.split("\n") == [
        "# raids ────────────────",
        "",
        "Arila*x*  20/11/2026 11:58",
        "first",
        "",
        "Muster [APP]  20/11/2026 11:58",
        "then",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**bold** *it* _it_ __under__ ~~gone~~ ||spoiler||", "bold it it under gone spoiler"),
        ("***both*** and **bold *it***", "both and bold it"),
        ("`7` **Arila** `*kept*`", "`7` Arila `*kept*`"),
        ("snake_case_name 2 * 3 * 4 a*b", "snake_case_name 2 * 3 * 4 a*b"),
        (r"\*not\* \_it\_ C:\dir", r"*not* _it_ C:\dir"),
        ("# Big\n### Small\n-# fine\n#5 is not", "Big\nSmall\nfine\n#5 is not"),
        ("> quoted\n- item\n  * inner", "│ quoted\n• item\n  • inner"),
        ("```py\nx = **1**\n```", "x = **1**"),
        ("[sheet](https://example.org/a_b_c) <https://example.org/x>", "sheet https://example.org/x"),
        ("https://example.org/_a_/*b*", "https://example.org/_a_/*b*"),
        ("<@5> <@!5> <@&9> <#77>", "@Arila*x* @Arila*x* @Officer #raid_info_now"),
        ("<@6> <@&6> <#6> @everyone", "@unknown-user @unknown-role #unknown @everyone"),
        ("<:so_good:12> <a:wow:13> </raid create:14>", ":so_good: :wow: /raid create"),
        (f"<t:{RAID}>", "25 November 2026 20:05"),
        (f"<t:{RAID}:f>", "25 November 2026 20:05"),
        (f"<t:{RAID}:F>", "Wednesday, 25 November 2026 20:05"),
        (f"<t:{RAID}:d> <t:{RAID}:D>", "25/11/2026 25 November 2026"),
        (f"<t:{RAID}:t> <t:{RAID}:T>", "20:05 20:05:09"),
        (f"<t:{RAID}:s> <t:{RAID}:S>", "25/11/2026 20:05 25/11/2026 20:05:09"),
        (f"<t:{RAID}:R>", "in 5 days"),
        (f"<t:{RAID}:x> <t:soon>", f"<t:{RAID}:x> <t:soon>"),
        ("\ue000 **x** <@5>", "\ufffd x @Arila*x*"),
    ],
)
def test_markup_is_read(written: str, read: str) -> None:
    assert Reader(BERLIN, NOW, names).read(written) == read


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(), "a few seconds ago"),
        (timedelta(seconds=44), "in a few seconds"),
        (timedelta(seconds=60), "in a minute"),
        (-timedelta(minutes=10), "10 minutes ago"),
        (timedelta(minutes=59), "in an hour"),
        (-timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=25), "in a day"),
        (timedelta(days=7), "in 7 days"),
        (timedelta(days=30), "in a month"),
        (-timedelta(days=91), "3 months ago"),
        (timedelta(days=365), "in a year"),
        (timedelta(days=800), "in 2 years"),
    ],
)
def test_a_distance_is_worded_as_discord_words_it(distance: timedelta, words: str) -> None:
    assert relative(distance.total_seconds()) == words


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("Arila", 5),
        ("Ünal", 4),
        ("U\u0308nal", 4),
        ("山田", 4),
        ("✅", 2),
        ("⚔️", 2),
        ("🧑‍🤝‍🧑", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("\u200b", 0),
        ("─▌▾", 3),
    ],
)
def test_a_character_takes_its_cells(text: str, width: int) -> None:
    assert cells(text) == width
    assert cells(pad(text, 8)) == 8


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one\n\ntwo", 7, ["one", "", "two"]),
        ("  • indented words", 12, ["  • indented", "words"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("山田太郎", 5, ["山田", "太郎"]),
        ("a 🧑‍🤝‍🧑🧑‍🤝‍🧑", 4, ["a", "🧑‍🤝‍🧑🧑‍🤝‍🧑"]),
        ("", 4, [""]),
    ],
)
def test_text_is_broken_at_blanks(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines
    assert all(cells(line) <= width for line in lines)
