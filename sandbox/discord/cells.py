"""How wide text is in a terminal, and how it is cut and filled to a width.

A cell is one column of a monospaced screen: wide East Asian characters and emoji take two, combining marks none.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

_CLUSTER = regex.compile(r"\X")
_EMOJI_STYLE = "\ufe0f"


@lru_cache(maxsize=4096)
def _of_cluster(cluster: str) -> int:
    """Two cells for anything drawn as a picture, however many code points join in it."""
    if _EMOJI_STYLE in cluster:
        return 2
    return max((_of_character(character) for character in cluster), default=0)


def _of_character(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" or "\U0001f1e6" <= character <= "\U0001f1ff" else 1


def cells(text: str) -> int:
    """The columns `text` takes, written on one line."""
    return len(text) if text.isascii() else sum(map(_of_cluster, _CLUSTER.findall(text)))


def pad(text: str, width: int) -> str:
    """`text` filled with blanks to `width` cells; longer text stays as it is."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """`text` as lines of at most `width` cells, broken at blanks, inside a word only when it does not fit a line."""
    return [line for given in text.split("\n") for line in _wrap_line(given, max(width, 2))]


def _wrap_line(line: str, width: int) -> Iterator[str]:
    if cells(line) <= width:
        yield line
        return
    current = ""
    for piece in _pieces(line, width):
        if current.strip() and cells(current) + cells(piece.rstrip()) > width:
            yield current.rstrip()
            current = ""
        current += piece
    yield current.rstrip()


def _pieces(line: str, width: int) -> Iterator[str]:
    """Words with the blanks after them; a word wider than a line in parts that fit."""
    for word in regex.findall(r"\s*\S+\s*|\s+", line):
        if cells(word.rstrip()) <= width:
            yield word
        else:
            yield from _parts(word, width)


def _parts(word: str, width: int) -> Iterator[str]:
    part, used = "", 0
    for cluster in _CLUSTER.findall(word):
        if used + cells(cluster) > width:
            yield part
            part, used = "", 0
        part, used = part + cluster, used + cells(cluster)
    yield part
