"""The buttons of Raid-Helper's templates, with the public ids of its emotes."""

from copy import deepcopy
from typing import Any

NO_LIMIT = 999

_STATUSES = {
    "Late": "612373443551297689",
    "Bench": "612373441051361353",
    "Tentative": "676284492754976788",
    "Absence": "612343589070045200",
}

_ROLE_BUTTONS = {
    "Tank": "878310168289505301",
    "Melee": "734439523328720913",
    "Ranged": "592446395596931072",
    "Healer": "898011741735235645",
}

_COUNTERS = {
    "Tanks": "598989638098747403",
    "Melee": _ROLE_BUTTONS["Melee"],
    "Ranged": _ROLE_BUTTONS["Ranged"],
    "Healers": "592438128057253898",
}

_ROLE_NAMES = {"Tank": "Tanks", "Melee": "Melee", "Ranged": "Ranged", "Healer": "Healers"}

_RETAIL = {
    "Tank": {
        "Protection": "637564444834136065",
        "Protection1": "637564297647489034",
        "Blood": "637564101274632192",
        "Vengeance": "936357056997367848",
        "Brewmaster": "637564262167871489",
        "Guardian": "637564171696734209",
    },
    "Healer": {
        "Holy": "637564323530539019",
        "Holy1": "637564297622454272",
        "Restoration": "637564172007112723",
        "Restoration1": "637564379847458846",
        "Mistweaver": "637564262054625281",
        "Preservation": "1013161651706544158",
        "Discipline": "637564323442720768",
    },
    "Melee": {
        "Arms": "637564445031399474",
        "Fury": "637564445215948810",
        "Assassination": "637564351707873324",
        "Outlaw": "794267634497486858",
        "Subtlety": "637564352169508892",
        "Frost1": "637564101262049280",
        "Unholy": "637564101329027082",
        "Havoc": "936357056649244745",
        "Windwalker": "637564262289637433",
        "Feral": "637564172061900820",
        "Survival": "637564202130866186",
        "Retribution": "637564297953673216",
        "Enhancement": "936357056951222322",
    },
    "Ranged": {
        "Arcane": "637564231545389056",
        "Fire": "637564231239073802",
        "Frost": "637564231469891594",
        "Affliction": "637564406984867861",
        "Demonology": "637564407001513984",
        "Destruction": "637564406682877964",
        "Beastmastery": "637564202021814277",
        "Marksmanship": "637564202084466708",
        "Balance": "637564171994529798",
        "Shadow": "637564323291725825",
        "Elemental": "637564379595931649",
        "Devastation": "1013161648728592444",
        "Augmentation": "1127164727328510054",
    },
}

_CLASSIC_BUTTONS = {
    "Tank": "580801859221192714",
    "Warrior": "579532030153588739",
    "Druid": "579532029675438081",
    "Paladin": "579532029906124840",
    "Rogue": "579532030086217748",
    "Hunter": "579532029880827924",
    "Priest": "579532029901799437",
    "Mage": "579532030161977355",
    "Warlock": "579532029851336716",
    "Shaman": "579532030056857600",
}

_CLASSIC = {
    "Tank": {
        "Protection": ("637564444834136065", "Tank"),
        "Protection1": ("637564297647489034", "Tank"),
        "Guardian": ("637564171696734209", "Tank"),
    },
    "Warrior": {
        "Protection": ("637564444834136065", "Tank"),
        "Arms": ("637564445031399474", "Melee"),
        "Fury": ("637564445215948810", "Melee"),
    },
    "Druid": {
        "Balance": ("637564171994529798", "Ranged"),
        "Dreamstate": ("982381290663866468", "Healer"),
        "Feral": ("637564172061900820", "Melee"),
        "Restoration": ("637564172007112723", "Healer"),
        "Guardian": ("637564171696734209", "Tank"),
    },
    "Paladin": {
        "Holy1": ("637564297622454272", "Healer"),
        "Protection1": ("637564297647489034", "Tank"),
        "Retribution": ("637564297953673216", "Melee"),
    },
    "Rogue": {
        "Assassination": ("637564351707873324", "Melee"),
        "Combat": ("637564352333086720", "Melee"),
        "Subtlety": ("637564352169508892", "Melee"),
    },
    "Hunter": {
        "Beastmastery": ("637564202021814277", "Ranged"),
        "Marksmanship": ("637564202084466708", "Ranged"),
        "Survival": ("637564202130866186", "Ranged"),
    },
    "Priest": {
        "Discipline": ("637564323442720768", "Healer"),
        "Holy": ("637564323530539019", "Healer"),
        "Shadow": ("637564323291725825", "Ranged"),
        "Smite": ("887257034066653184", "Ranged"),
    },
    "Mage": {
        "Arcane": ("637564231545389056", "Ranged"),
        "Fire": ("637564231239073802", "Ranged"),
        "Frost": ("637564231469891594", "Ranged"),
    },
    "Warlock": {
        "Affliction": ("637564406984867861", "Ranged"),
        "Demonology": ("637564407001513984", "Ranged"),
        "Destruction": ("637564406682877964", "Ranged"),
    },
    "Shaman": {
        "Elemental": ("637564379595931649", "Ranged"),
        "Enhancement": ("637564379772223489", "Melee"),
        "Restoration1": ("637564379847458846", "Healer"),
    },
}


def _spec(name: str, emote: str, role: str) -> dict[str, Any]:
    counter = _ROLE_NAMES[role]
    return {
        "name": name,
        "roleName": counter,
        "roleEmoteId": _COUNTERS[counter],
        "limit": NO_LIMIT,
        "emoteId": emote,
    }


def _button(name: str, emote: str, specs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "limit": NO_LIMIT, "emoteId": emote, "type": "primary", "specs": specs}


def _status(name: str, emote: str) -> dict[str, Any]:
    return {**_button(name, emote, []), "type": "default", "effectiveName": name}


def _statuses() -> list[dict[str, Any]]:
    return [_status(name, emote) for name, emote in _STATUSES.items()]


def _retail() -> list[dict[str, Any]]:
    buttons = [
        _button(role, _ROLE_BUTTONS[role], [_spec(name, emote, role) for name, emote in specs.items()])
        for role, specs in _RETAIL.items()
    ]
    return buttons + _statuses()


def _classic() -> list[dict[str, Any]]:
    buttons = [
        _button(name, emote, [_spec(spec, *shown) for spec, shown in _CLASSIC[name].items()])
        for name, emote in _CLASSIC_BUTTONS.items()
    ]
    return buttons + _statuses()


def _simple() -> list[dict[str, Any]]:
    # No capture shows this template's exact strings or emotes; the names are the documentation's, the rest ours.
    return [
        _button("Accepted", _COUNTERS["Tanks"], []),
        _status("Maybe", _STATUSES["Tentative"]),
        _status("Declined", _STATUSES["Absence"]),
    ]


def _role_picker() -> list[dict[str, Any]]:
    return [_button(name, emote, []) for name, emote in _ROLE_BUTTONS.items()] + _statuses()


_TEMPLATES = {"1": _simple(), "2": _classic(), "6": _role_picker(), "wowretail2": _retail()}

KNOWN = frozenset(_TEMPLATES)
"""The ids a create call may name; every other one is a locked template."""


def classes_of(template_id: str) -> list[dict[str, Any]]:
    """The `classes` array of a new event, a copy of its own. Raises KeyError for an unknown id."""
    return deepcopy(_TEMPLATES[template_id])


def roles_of(template_id: str) -> list[dict[str, Any]]:
    """The `roles` array: the counters the template's specs (or role buttons) belong to."""
    if template_id == "1":
        return []
    return [{"name": name, "limit": NO_LIMIT, "emoteId": emote} for name, emote in _COUNTERS.items()]
