import pytest
from makers import sign_up

from bot.domain.ids import UserId
from bot.domain.names import did_you_mean, near, shown
from bot.domain.people import (
    MOST_PARTICIPANTS,
    BadName,
    NotOnSheet,
    Typed,
    UnknownParticipants,
    check_name,
    find_on_sheet,
    problem_with,
    read_participants,
)

SHEET = [sign_up(1, name="Arila"), sign_up(2, name="Bo the Great"), sign_up(3, name="Gunther", user_id=None)]


@pytest.mark.parametrize(
    ("typed", "members", "names", "newcomers"),
    [
        ("", (), (), ()),
        ("<@1>", (1,), (), ()),
        ("<@1> <@!2><@3>", (1, 2, 3), (), ()),
        ("<@1> <@1>", (1,), (), ()),
        ("@Arila @Bo, Cassia", (), ("Arila", "Bo", "Cassia"), ()),
        ("Bo the Great; Arila\nCassia", (), ("Bo the Great", "Arila", "Cassia"), ()),
        ("arila, ARILA", (), ("ARILA",), ()),
        ("+Gunther +Else Groß, Arila", (), ("Arila",), ("Gunther", "Else Groß")),
        ("<@1>, Arila <@2> +Bo", (1, 2), ("Arila",), ("Bo",)),
        ("<@&5>", (), ("<@&5>",), ()),
        (" , ;, ", (), (), ()),
    ],
)
def test_participants_as_typed(
    typed: str, members: tuple[int, ...], names: tuple[str, ...], newcomers: tuple[str, ...]
):
    assert read_participants(typed) == Typed(tuple(map(UserId, members)), names, newcomers)


def test_too_many_participants_are_refused():
    assert len(read_participants(",".join(map(str, range(MOST_PARTICIPANTS)))).names) == MOST_PARTICIPANTS
    with pytest.raises(UnknownParticipants):
        read_participants(",".join(map(str, range(MOST_PARTICIPANTS + 1))))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("id:1001", "Arila"),
        ("id:1003", "Gunther"),
        ("2", "Bo the Great"),
        ("#3", "Gunther"),
        ("<@5002>", "Bo the Great"),
        ("<@!5001>", "Arila"),
        (" arila ", "Arila"),
        ("@Arila", "Arila"),
        ("bo  THE great", "Bo the Great"),
    ],
)
def test_somebody_on_the_sheet_is_found(typed: str, name: str):
    assert find_on_sheet(SHEET, typed).name == name


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Ariia", "Did you mean `Arila`?"),
        ("Bo Great", "Did you mean `Bo the Great`?"),
        ("Zyx", "`Zyx` is not on this sheet."),
        ("1001", "`1001` is not on this sheet."),  # a player's id, which nobody sees
        ("0", "`0` is not on this sheet."),
        ("4", "`4` is not on this sheet."),
        ("id:4", "They are not on this sheet any more."),
        ("<@999>", "is not on this sheet."),
        ("", "Nobody of that name"),
    ],
)
def test_somebody_else_is_not(typed: str, said: str):
    with pytest.raises(NotOnSheet, match=said.replace("?", r"\?")):
        find_on_sheet(SHEET, typed)


def test_a_number_is_what_the_sheet_shows_unless_somebody_is_called_so():
    sheet = [sign_up(4, name="3"), sign_up(2, name="Bo"), sign_up(3, name="Cy"), sign_up(1, name="Arila")]
    assert [find_on_sheet(sheet, typed).name for typed in ("1", "2", "3", "#3")] == ["Arila", "Bo", "3", "Cy"]


def test_of_two_of_one_name_neither_is_meant():
    with pytest.raises(NotOnSheet, match="2 people"):
        find_on_sheet([*SHEET, sign_up(4, name="arila")], "Arila")


@pytest.mark.parametrize("name", ["", "  ", "x" * 33, "<@1>", "<@&1>", "@everyone", "a @here"])
def test_what_is_no_name(name: str):
    with pytest.raises(BadName):
        check_name(name)


def test_a_name_is_folded():
    assert check_name("  Else \n Groß ") == "Else Groß"
    assert check_name("x" * 32) == "x" * 32


def test_an_unknown_name_says_what_to_type():
    assert problem_with("Arilla", ["Arila"]) == "`Arilla` is not registered here. Did you mean `Arila`?"
    assert problem_with("Zyx", ["Arila"]).endswith(
        "Type `@` to pick a member of this server, or write `+Zyx` for somebody without Discord."
    )


@pytest.mark.parametrize(
    ("known", "members", "meant"),
    [
        (["Mirabel"], ["Mira", "Bo"], "`@Mira`"),  # called just so, though somebody registered is near
        ([], ["Mirah"], "`@Mirah`"),
        (["Mirah"], ["Mirai"], "`Mirah`"),
    ],
)
def test_a_member_who_never_clicked_is_meant_too(known: list[str], members: list[str], meant: str):
    said = problem_with("mira", known, members)
    assert f"Did you mean {meant}?" in said
    assert ("Type `@` and pick them" in said) is meant.startswith("`@")


def test_guesses_are_the_likeliest_and_few():
    names = ["Holy Paladin", "Holy Priest", "Warrior", "Protection Paladin", "Retribution Paladin"]
    assert near("hloy paladn", names)[0] == "Holy Paladin"
    assert len(near("paladin", names)) <= 3
    assert near("xyz", names) == []


def test_what_is_quoted_back_cannot_break_out():
    assert shown("a`b\nc") == "`a'b c`"
    assert len(shown("x" * 4000)) < 70
    assert did_you_mean(["a`b"]) == " Did you mean `a'b`?"
