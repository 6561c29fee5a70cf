"""Every shipped template is one that Discord shows and its players would recognise."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

import pytest
import regex
from makers import event, sign_up

from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.sign_up import Answer, AskClass, Pick, decide
from bot.domain.template import DEFAULT_LABELS, MOST_OPTIONS, Choice, Template
from bot.render import texts
from bot.render.sheet import sheet_embed
from bot.services.templates import SHIPPED
from cogs.mine import ClassSelect, SpecSelect
from cogs.sheet import sheet_view
from sandbox.discord.limits import check_choices, check_message
from sandbox.gallery import GAMES_PAGE, games_page, party_sheet, shipped
from sandbox.parties import PARTIES, Party

NAMES = sorted(path.stem for path in SHIPPED.glob("*.json"))
EVENT = event()
NOW = EVENT.starts_at.replace(hour=1)
LONGEST_NAME = "漢字" * 16
PROFESSIONS = {
    "Elementalist", "Engineer", "Guardian", "Mesmer", "Necromancer", "Ranger", "Revenant", "Thief", "Warrior",
}  # fmt: skip
ESO_CLASSES = {"Arcanist", "Dragonknight", "Necromancer", "Nightblade", "Sorcerer", "Templar", "Warden"}
ELEMENTS = ["Arc", "Solar", "Void", "Stasis", "Strand", "Prismatic"]

every = pytest.mark.parametrize("name", NAMES)


def specs(template: Template) -> Iterator[tuple[str, str, str]]:
    """(class, spec, role) of everything one can sign up as."""
    return ((one.name, spec.name, spec.role) for one in template.classes for spec in one.specs)


def by_role(template: Template) -> Counter[str]:
    return Counter(role for _, _, role in specs(template))


def named(template: Template) -> dict[str, list[str]]:
    return {one.name: [spec.name for spec in one.specs] for one in template.classes}


def forty(template: Template, answers: Iterable[Choice]) -> list[SignUp]:
    """Forty people with the longest names there are, spread evenly over these answers and all specs."""
    every = list(product(answers, list(specs(template)) or [(None, None, None)]))
    picks = [every[number * len(every) // 40] for number in range(40)]
    return [
        sign_up(number, choice, name=LONGEST_NAME, class_name=game_class, spec_name=spec)
        for number, (choice, (game_class, spec, _)) in enumerate(picks, start=1)
    ]


def test_the_games_are_those_of_the_design():
    games = {"wow-retail", "wow-classic", "ffxiv", "gw2", "eso", "lotro", "destiny2", "party", "plain"}
    assert set(NAMES) == games


@every
def test_a_template_is_called_like_its_file(name: str):
    assert shipped(name).name == name


@pytest.mark.parametrize("what", ["title", "game"])
def test_no_two_games_are_confused(what: str):
    # The game is what a main is remembered for: two templates that shared one would offer each other's classes.
    values = [getattr(shipped(name), what).casefold() for name in NAMES]
    assert len(set(values)) == len(NAMES)


def test_the_templates_stand_in_one_autocomplete_list():
    check_choices([{"name": shipped(name).title, "value": name} for name in NAMES])


@pytest.mark.parametrize("limit", [None, 8])
@pytest.mark.parametrize("answers", [[Choice.ACCEPTED], list(Choice)], ids=["all come", "all answers"])
@every
async def test_the_sheet_of_forty_is_one_discord_takes(name: str, answers: list[Choice], limit: int | None):
    template = shipped(name)
    roster = place(forty(template, answers), template, limit)
    sheet = Sheet(EVENT, template, roster)
    embed = sheet_embed(sheet)
    check_message({"embeds": [embed.to_dict()], "components": sheet_view(sheet).to_components()})
    shown = "\n".join(field.value or "" for field in embed.fields)
    assert [shown.count(f"`{number}`") for number in range(1, 41)] == [1] * 40


@every
async def test_the_selects_of_a_first_sign_up_are_ones_discord_takes(name: str):
    template = shipped(name)
    selects = [ClassSelect(EVENT.id, Choice.ACCEPTED, template)] if template.classes else []
    selects += [SpecSelect(EVENT.id, Choice.ACCEPTED, one.mark, one) for one in template.classes]
    for select in selects:
        row = {"type": 1, "components": [select.to_component_dict()]}
        check_message({"content": "Which?", "components": [row]})
        assert 1 <= len(select.options) <= MOST_OPTIONS


@every
def test_every_emoji_is_one_sign_of_its_own_in_colour(name: str):
    template = shipped(name)
    signs = [template.emoji, *(role.emoji for role in template.roles), *(one.emoji for one in template.classes)]
    signs += [spec.emoji for one in template.classes for spec in one.specs]
    # A sign that is text by nature needs the selector, or phones show it black and white; others must not have it.
    coloured = regex.compile(r"\p{Emoji_Presentation}|(?!\p{Emoji_Presentation})\p{Emoji}\ufe0f")
    assert [sign for sign in signs if not coloured.fullmatch(sign)] == []


@every
def test_the_roles_tell_each_other_apart(name: str):
    template = shipped(name)
    assert len({role.emoji for role in template.roles}) == len(template.roles)
    assert {role for _, _, role in specs(template)} == {role.name for role in template.roles}


@every
def test_no_spec_says_the_class_again(name: str):
    # The answer to a click names both: "You are in as Holy Paladin".
    assert [spec for game_class, spec, _ in specs(shipped(name)) if spec == game_class] == []


@every
def test_limits_of_roles_leave_room_for_a_smaller_or_bigger_party(name: str):
    template = shipped(name)
    assert [role.name for role in template.roles if role.limit is not None] == []


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("wow-retail", None),
        ("wow-classic", None),
        ("ffxiv", 8),
        ("gw2", 10),
        ("eso", 12),
        ("lotro", 12),
        ("destiny2", 6),
        ("party", None),
        ("plain", None),
    ],
)
def test_a_sheet_has_the_seats_of_its_game(name: str, limit: int | None):
    assert shipped(name).limit == limit


# ---------------------------------------------------------------- game by game


@pytest.mark.parametrize(
    ("buff", "classes"),
    [
        ("Battle Shout", {"Warrior"}),
        ("Power Word: Fortitude", {"Priest"}),
        ("Skyfury", {"Shaman"}),
        ("Chaos Brand", {"Demon Hunter"}),
        ("Bloodlust", {"Shaman", "Mage", "Evoker", "Hunter"}),
        ("Battle res", {"Druid", "Death Knight", "Warlock", "Paladin"}),
    ],
)
def test_retail_knows_who_brings_a_buff(buff: str, classes: set[str]):
    assert {one.name: set(one.classes) for one in shipped("wow-retail").buffs}[buff] == classes


def test_every_retail_class_but_the_rogue_brings_a_buff():
    template = shipped("wow-retail")
    bringing = {name for buff in template.buffs for name in buff.classes}
    assert {one.name for one in template.classes} - bringing == {"Rogue"}


def test_classic_has_the_specs_of_all_its_versions():
    template = shipped("wow-classic")
    assert by_role(template) == {"Tank": 7, "Healer": 7, "Melee": 12, "Ranged": 13}
    assert named(template)["Rogue"] == ["Assassination", "Combat", "Subtlety"]
    assert ("Death Knight", "Frost Tank", "Tank") in set(specs(template))
    assert ("Priest", "Smite", "Ranged") in set(specs(template))
    assert ("Hunter", "Survival", "Ranged") in set(specs(template))


def test_a_classic_class_has_the_same_sign_as_in_retail():
    retail = {one.name: one.emoji for one in shipped("wow-retail").classes}
    classic = {one.name: one.emoji for one in shipped("wow-classic").classes}
    assert classic == {name: retail[name] for name in classic}
    assert set(retail) - set(classic) == {"Demon Hunter", "Evoker"}


def test_classic_wants_only_buffs_that_every_version_and_faction_has():
    wanted = {name for buff in shipped("wow-classic").buffs for name in buff.classes}
    assert wanted == {"Warrior", "Mage", "Priest", "Druid"}


def test_every_job_of_final_fantasy_is_there():
    jobs = named(shipped("ffxiv"))
    assert jobs.pop("Limited Job") == ["Blue Mage", "Beastmaster"]
    assert {name: len(one) for name, one in jobs.items()} == {
        "Tank": 4,
        "Pure Healer": 2,
        "Barrier Healer": 2,
        "Melee": 6,
        "Physical Ranged": 3,
        "Magical Ranged": 4,
    }
    assert jobs["Barrier Healer"] == ["Scholar", "Sage"]


def test_a_squad_signs_up_by_boon_with_any_profession():
    offered = {name: set(one) for name, one in named(shipped("gw2")).items()}
    assert offered.pop("Special") == {"Kiter", "Hand Kiter", "Pusher"}
    boons = {f"{function} {boon}" for function in ("Heal", "DPS") for boon in ("Quickness", "Alacrity")}
    assert offered == dict.fromkeys(boons | {"Tank", "Power DPS", "Condition DPS"}, PROFESSIONS)


def test_a_trial_signs_up_by_function_with_any_class():
    template = shipped("eso")
    assert {frozenset(one) for one in named(template).values()} == {frozenset(ESO_CLASSES)}
    functions = {game_class: role for game_class, _, role in specs(template)}
    assert Counter(functions.values()) == {"Main Tank": 1, "Off Tank": 1, "Healer": 2, "DPS": 5}


@pytest.mark.parametrize("name", ["gw2", "eso"])
def test_where_the_function_is_chosen_it_decides_the_role(name: str):
    for game_class in shipped(name).classes:
        assert len({spec.role for spec in game_class.specs}) == 1


def test_lotro_is_class_and_colour():
    template = shipped("lotro")
    lines = named(template)
    assert lines.pop("Brawler") == ["Red", "Blue"]  # the third tree is not one to specialise in
    assert len(lines) == 11
    assert {tuple(colours) for colours in lines.values()} == {("Red", "Blue", "Yellow")}


@pytest.mark.parametrize(
    ("game_class", "colour", "role"),
    [
        ("Beorning", "Yellow", "Healer"),
        ("Burglar", "Yellow", "Support"),
        ("Captain", "Blue", "Healer"),
        ("Captain", "Yellow", "Tank"),
        ("Guardian", "Blue", "Tank"),
        ("Hunter", "Red", "DPS"),
        ("Lore-master", "Blue", "Support"),
        ("Mariner", "Red", "DPS"),
        ("Minstrel", "Blue", "Healer"),
        ("Rune-keeper", "Blue", "Healer"),
        ("Warden", "Blue", "Tank"),
    ],
)
def test_a_colour_decides_the_role_in_lotro(game_class: str, colour: str, role: str):
    assert (game_class, colour, role) in set(specs(shipped("lotro")))


def test_a_guardian_is_class_and_element_and_the_substitute_an_alternate():
    template = shipped("destiny2")
    assert named(template) == dict.fromkeys(("Titan", "Hunter", "Warlock"), ELEMENTS)
    assert template.labels == {**DEFAULT_LABELS, Choice.BENCH: "Alternate"}


def test_a_party_signs_up_with_one_click_and_one_choice():
    template = shipped("party")
    assert isinstance(decide(EVENT, template, None, None, Choice.ACCEPTED, NOW), AskClass)
    answer = decide(EVENT, template, None, None, Choice.ACCEPTED, NOW, ("Healer", None))
    assert answer == Answer(Choice.ACCEPTED, Pick("Healer", "Party"), keeps_place=False, remember=True)


def test_a_party_member_reads_what_they_are():
    template = shipped("party")
    roster = place([sign_up(1, class_name="Tank", spec_name="Party")], template, None)
    assert "as **Tank**" in texts.signed_up(template, roster.seated[0])


@pytest.mark.parametrize(
    ("name", "pick", "called", "asked", "button"),
    [
        ("wow-retail", ("Paladin", "Holy"), "Holy Paladin", "your class", "Change class or spec"),
        ("wow-classic", ("Druid", "Feral"), "Feral Druid", "your class", "Change class or spec"),
        ("ffxiv", ("Pure Healer", "White Mage"), "White Mage", "your role", "Change role or job"),
        ("gw2", ("Heal Alacrity", "Ranger"), "Heal Alacrity Ranger", "your role", "Change role or profession"),
        ("eso", ("Main Tank", "Dragonknight"), "Main Tank Dragonknight", "your role", "Change role or class"),
        ("lotro", ("Captain", "Yellow"), "Yellow Captain", "your class", "Change class or colour"),
        ("destiny2", ("Titan", "Arc"), "Arc Titan", "your class", "Change class or subclass"),
        ("party", ("Healer", "Party"), "Healer", "your role", "Change role"),
    ],
)
def test_a_game_speaks_its_players_language(name: str, pick: tuple[str, str], called: str, asked: str, button: str):
    template = shipped(name)
    assert template.spec(*pick)
    assert template.called(*pick) == called
    assert asked in texts.choose_class(template.words)
    assert texts.change_spec(template.words) == button


@pytest.mark.parametrize("name", NAMES)
def test_no_two_specs_of_a_game_are_called_alike(name: str):
    template = shipped(name)
    called = [template.called(one.name, spec.name) for one in template.classes for spec in one.specs]
    assert len(set(called)) == len(called)


# ---------------------------------------------------------------- the page of all games


async def test_the_games_page_is_what_the_templates_give():
    assert await games_page() == GAMES_PAGE.read_text(encoding="utf-8"), "run: python -m sandbox.gallery games"


def test_every_template_has_an_example_party():
    assert sorted(party.template for party in PARTIES) == NAMES, "a new game needs one in sandbox/parties.py"


@pytest.mark.parametrize("party", PARTIES, ids=lambda party: party.template)
def test_an_example_party_is_one_its_template_has(party: Party):
    template = shipped(party.template)
    assert all(template.spec(*pick) for pick in party.picks if template.classes)
    assert len(party_sheet(party).roster.seated) == min(len(party.picks), template.limit or len(party.picks))


def test_the_readme_leads_to_the_games():
    readme = (GAMES_PAGE.parent.parent / "README.md").read_text(encoding="utf-8")
    assert "(docs/games.md)" in readme
    assert [name for name in NAMES if f"`{name}`" not in readme] == []
