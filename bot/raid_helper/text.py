"""User text on its way to Raid-Helper, and the mark by which a lost event is found again."""

import re

TITLE_LIMIT = 200
"""Characters; Raid-Helper documents none, its clients cap between 120 and Discord's 256."""

DESCRIPTION_LIMIT = 2000
"""Characters, marker included; well inside the 4096 of the embed Raid-Helper renders it into."""

# Raid-Helper expands {leader}, {ROLE NAME}, {CHANNEL NAME} …, so braces in a member's text would ping a role.
# The ornaments look like braces and, unlike the full-width forms, are not folded back into braces by Unicode NFKC.
_BRACES = str.maketrans({"{": "❴", "}": "❵"})

_REF = re.compile(r"[0-9a-z]{1,40}")
_MARKER = re.compile(r"\[ref:([0-9a-z]{1,40})\]")


def without_braces(text: str) -> str:
    """`text` with look-alikes for braces, so that Raid-Helper expands nothing in it."""
    return text.translate(_BRACES)


def titled(title: str) -> str:
    """A title Raid-Helper shows as typed: one line of at most 200 characters."""
    return _cut(without_braces(" ".join(title.split())), TITLE_LIMIT)


def described(description: str, ref: str = "") -> str:
    """A description of at most 2000 characters whose last line is the marker of `ref`, when there is one."""
    mark = marker(ref) if ref else ""
    room = DESCRIPTION_LIMIT - len(mark) - len("\n\n")
    text = _cut(without_braces(description.strip()), room)
    return "\n\n".join(part for part in (text, mark) if part)


def is_ref(text: str) -> bool:
    """Whether `text` can be an event's reference: 1 to 40 digits and small letters."""
    return _REF.fullmatch(text) is not None


def marker(ref: str) -> str:
    """How the reference `ref` stands in a description: ``[ref:6f2c]``."""
    return f"[ref:{ref}]"


def find_marker(description: str) -> str | None:
    """The reference a description carries, or None; the last one counts, since the text above it is a member's."""
    found = _MARKER.findall(description)
    return found[-1] if found else None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
