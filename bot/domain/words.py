"""What a game calls its classes and specs, and how it says the two together."""

from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """How class and spec are said: "Holy Paladin", "Heal Alacrity Ranger", or "White Mage" alone."""

    SPEC_CLASS = "spec class"
    CLASS_SPEC = "class spec"
    SPEC = "spec"


@dataclass(frozen=True)
class Words:
    """A game's own words, as they stand within a sentence."""

    of_class: str = "class"
    of_spec: str = "spec"
    order: Order = Order.SPEC_CLASS

    def called(self, class_name: str | None, spec_name: str | None) -> str:
        """What somebody plays as people say it; "Tank" for the spec Tank of the class Tank, "" while unknown."""
        if not class_name or not spec_name or class_name == spec_name:
            return class_name or spec_name or ""
        both = {
            Order.SPEC_CLASS: f"{spec_name} {class_name}",
            Order.CLASS_SPEC: f"{class_name} {spec_name}",
            Order.SPEC: spec_name,
        }
        return both[self.order]


USUAL = Words()
"""Where a template says nothing, and for what no template knows."""
