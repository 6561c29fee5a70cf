"""A class and its spec as an officer types them: "Holy Paladin", "paladin holy", "Paladin/Holy"."""

from collections.abc import Iterator, Sequence

from bot.domain.errors import MusterError
from bot.domain.names import did_you_mean, folded, near, shown
from bot.domain.sign_up import Pick
from bot.domain.template import Template


class UnknownSpec(MusterError):
    """This raid's game has no such spec. Pick one from the list that appears while you type."""


def specs_of(template: Template) -> Iterator[tuple[str, Pick]]:
    """Every spec of the game with the name people call it by: "Holy Paladin"."""
    for game_class in template.classes:
        for spec in game_class.specs:
            yield template.called(game_class.name, spec.name), Pick(game_class.name, spec.name)


def find_spec(template: Template, typed: str) -> Pick:
    """The spec meant by `typed`. Raises UnknownSpec with the likeliest ones when there is none, or more than one."""
    wanted = folded(typed)
    found = list(dict.fromkeys(pick for name, pick in specs_of(template) if wanted in _spellings(name, pick)))
    exact = [pick for name, pick in specs_of(template) if wanted in (folded(name), folded(_value(pick)))]
    if len(exact or found) == 1:
        return (exact or found)[0]
    raise UnknownSpec(_which(template, typed, found))


def offered(template: Template, typed: str) -> Sequence[tuple[str, str]]:
    """The specs whose name holds `typed`, as (name, value)."""
    wanted = folded(typed)
    return [(name, _value(pick)) for name, pick in specs_of(template) if wanted in folded(f"{name} {_value(pick)}")]


def _value(pick: Pick) -> str:
    return f"{pick.class_name}/{pick.spec_name}"


def _spellings(name: str, pick: Pick) -> set[str]:
    """Everything somebody may mean this spec by; a spec or class alone may mean several."""
    both = (f"{pick.class_name} {pick.spec_name}", f"{pick.spec_name} {pick.class_name}")
    texts = (name, _value(pick), *both, pick.spec_name, pick.class_name)
    return {folded(one) for one in texts}


def _which(template: Template, typed: str, found: Sequence[Pick]) -> str:
    if not template.classes:
        return "This raid's template has no classes: leave `spec` out."
    names = {pick: name for name, pick in specs_of(template)}
    guesses = [names[one] for one in found[:5]] or near(typed, names.values())
    spec = template.words.of_spec
    problem = f"could be several {spec}s" if found else f"is no {spec} of this raid's game"
    return f"{shown(typed)} {problem}.{did_you_mean(guesses) or ' Pick one from the list that appears as you type.'}"
