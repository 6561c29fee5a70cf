"""What our classes and specs are called on the buttons of one Raid-Helper template.

Templates differ: `wowretail2` has buttons for roles, `wowretail1` and the Classic ones for classes, and where two
classes share a spec name one of them carries a digit (`Holy1`), not always the same one. So the names are learnt
from the event's own `classes`: an unmistakable name counts, otherwise the spec's emote, which is a class's own. How an
ambiguous spec is spelled says nothing, for sources contradict each other: better tentative than in another class.
"""

from collections.abc import Collection
from typing import Literal

from bot.raid_helper.models import Choice, ClassButton, SignUp, Spec

Status = Literal["tentative", "bench", "late", "absence"]

_CLASS_BUTTONS = {
    "warrior": "warrior",
    "paladin": "paladin",
    "hunter": "hunter",
    "rogue": "rogue",
    "priest": "priest",
    "shaman": "shaman",
    "mage": "mage",
    "warlock": "warlock",
    "druid": "druid",
    "monk": "monk",
    "evoker": "evoker",
    "deathknight": "deathknight",
    "dk": "deathknight",
    "demonhunter": "demonhunter",
    "dh": "demonhunter",
}
"""Folded button name -> folded class; every other primary button is a role."""

_ROLE_OF = {
    "Tank": "warrior protection, paladin protection, deathknight blood, demonhunter vengeance, druid guardian,"
    " monk brewmaster",
    "Healer": "druid restoration, evoker preservation, monk mistweaver, paladin holy, priest discipline, priest holy,"
    " shaman restoration, druid dreamstate",
    "Melee": "deathknight frost, deathknight unholy, demonhunter havoc, druid feral, hunter survival, monk windwalker,"
    " paladin retribution, rogue assassination, rogue outlaw, rogue subtlety, rogue combat, shaman enhancement,"
    " warrior arms, warrior fury",
    "Ranged": "demonhunter devourer, druid balance, evoker devastation, evoker augmentation, hunter beastmastery,"
    " hunter marksmanship, mage arcane, mage fire, mage frost, priest shadow, priest smite, shaman elemental,"
    " warlock affliction, warlock demonology, warlock destruction",
}
_ROLES = {tuple(pair.split()): role for role, pairs in _ROLE_OF.items() for pair in pairs.split(", ")}

_AMBIGUOUS = {"protection", "holy", "restoration", "frost"}

_EMOTES = {
    "637564444834136065": ("warrior", "protection"),
    "637564297647489034": ("paladin", "protection"),
    "637564297622454272": ("paladin", "holy"),
    "637564323530539019": ("priest", "holy"),
    "637564172007112723": ("druid", "restoration"),
    "637564379847458846": ("shaman", "restoration"),
    "637564231469891594": ("mage", "frost"),
    "637564101262049280": ("deathknight", "frost"),
    "1013371107610468445": ("deathknight", "frost"),
    "1460795775557570790": ("demonhunter", "devourer"),
}
"""Spec emote -> whose it is, where the name alone does not say (Devourer's spelling is not known yet)."""

_STATUS_BUTTONS = {
    "tentative": ("tentative", "maybe"),
    "bench": ("bench",),
    "late": ("late",),
    "absence": ("absence", "declined"),
}
_ACCEPTING = {"accepted", "accept", "yes"}


def choose(classes: Collection[ClassButton], class_name: str, spec_name: str | None) -> Choice | None:
    """The button (and spec) that means our `class_name` and `spec_name`, e.g. "Death Knight" and "Frost".

    None when the template has no button that surely means it: the caller then signs up as tentative.
    """
    ours, spec = _fold(class_name), _fold(spec_name or "")
    offers = [(button, offer) for button in classes for offer in button.specs if _means(button, offer, ours, spec)]
    if offers:
        button, offer = min(offers, key=lambda found: _rank(found[0], ours, spec))
        return Choice(button.name, offer.name)
    return _without_spec(classes, ours, spec)


def status_choice(classes: Collection[ClassButton], status: Status) -> Choice | None:
    """The button that says `status`, or None when the template has none (the simple ones say Maybe and Declined)."""
    for wanted in _STATUS_BUTTONS[status]:
        found = next((button for button in classes if _fold(button.name) == wanted), None)
        if found is not None:
            return Choice(found.name)
    return None


def meant_by(row: SignUp, specs: Collection[tuple[str, str]]) -> tuple[str, str] | None:
    """Which of our (class, spec) pairs a row of a sheet means; None when the row does not surely say."""
    button = ClassButton(name=row.class_name, canonical_name=row.canonical_class)
    offer = Spec(name=row.spec_name or "", emote_id=row.spec_emote_id)
    if row.spec_name is None:  # a button of its own, as in games where a class is all there is to choose
        found = [pair for pair in specs if _fold(pair[0]) == _fold(row.class_name)]
    else:
        found = [pair for pair in specs if _means(button, offer, _fold(pair[0]), _fold(pair[1]))]
    return found[0] if len(found) == 1 else None


def owner_of(emote_id: str | None) -> str | None:
    """The WoW class a spec's emote belongs to, e.g. "Death Knight"; None when the emote does not say."""
    owner = _EMOTES.get(emote_id or "", (None,))[0]
    return {"deathknight": "Death Knight", "demonhunter": "Demon Hunter"}.get(owner, owner.title()) if owner else None


def _means(button: ClassButton, offer: Spec, ours: str, spec: str) -> bool:
    owner = _class_of(button)
    if owner is not None and owner != ours:
        return False
    if _spelled(offer, ours, spec) and (owner is not None or spec not in _AMBIGUOUS):
        return True
    return _EMOTES.get(offer.emote_id or "") == (ours, spec)


def _spelled(offer: Spec, ours: str, spec: str) -> bool:
    # Wrath splits a Death Knight's specs by role, with the role behind the name: Blood_Tank, Frost_DPS.
    suffix = "tank" if _ROLES.get((ours, spec)) == "Tank" else "dps"
    return bool(spec) and _fold(offer.name).rstrip("0123456789") in {spec, spec + suffix}


def _rank(button: ClassButton, ours: str, spec: str) -> int:
    """Own class before own role before any other button: Classic offers a tank's spec under both Tank and Paladin."""
    if _class_of(button) == ours:
        return 0
    return 1 if button.name == _ROLES.get((ours, spec)) else 2


def _without_spec(buttons: Collection[ClassButton], ours: str, spec: str) -> Choice | None:
    plain = [button for button in buttons if not button.specs]
    by_rank = sorted((button for button in plain if _rank(button, ours, spec) < 2), key=lambda b: _rank(b, ours, spec))
    accepting = [button for button in plain if _fold(button.name) in _ACCEPTING]
    return next((Choice(button.name) for button in (*by_rank, *accepting)), None)


def _class_of(button: ClassButton) -> str | None:
    names = (button.name, button.canonical_name or "")
    return next((_CLASS_BUTTONS[_fold(name)] for name in names if _fold(name) in _CLASS_BUTTONS), None)


def _fold(name: str) -> str:
    folded = "".join(letter for letter in name.lower() if letter.isalnum())
    return _CLASS_BUTTONS.get(folded, folded)
