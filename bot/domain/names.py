"""Names as people type them: found whatever their case, and the likeliest ones when there is no such name."""

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

MOST_GUESSES = 3
LIKENESS = 0.5  # of difflib's ratio: "Hloy Paladn" is found, "Warrior" is no guess for "Mage"

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing: what people without a name call themselves."""


def visible(text: str) -> bool:
    """Whether anything of `text` can be seen: a letter, a digit, a sign or an emoji."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in text)


def folded(name: str) -> str:
    """How a name is compared: without case and without spare white space."""
    return " ".join(name.casefold().split())


def near(typed: str, names: Iterable[str]) -> Sequence[str]:
    """The up to three of `names` most like `typed`, the likeliest first."""
    by_fold = {folded(one): one for one in names}
    return [by_fold[one] for one in get_close_matches(folded(typed), by_fold, MOST_GUESSES, LIKENESS)]


def did_you_mean(guesses: Sequence[str]) -> str:
    """The guesses as the end of a sentence's line; nothing without any."""
    return f" Did you mean {' or '.join(f'`{_plain(one)}`' for one in guesses)}?" if guesses else ""


def shown(typed: str) -> str:
    """What somebody typed, short enough to be quoted back, without marks of its own."""
    plain = _plain(typed)
    return f"`{plain[:60]}…`" if len(plain) > 60 else f"`{plain}`"


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "'").split()) or " "
