"""Aims: a figure, its bound, and whether it was held; all of them printed, the missed ones counted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """What a figure shall be: at most `bound`, or at least it."""

    what: str
    figure: float
    bound: float
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether the figure is within its bound."""
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"  {'held  ' if self.held else 'MISSED'} {self.what}: {self.figure:.2f} (aim {sign} {self.bound:g})"
