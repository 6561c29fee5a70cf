"""The root of everything Muster refuses: an error is a sentence a person can act on."""

import inspect


class MusterError(Exception):
    """That did not work. Try again, and tell whoever runs the bot if it keeps happening.

    `str(error)` is a full sentence that says what to do. Without a message it is the first paragraph of the class's
    docstring, so an error is written once, for the person who will read it.
    """

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _first_paragraph(type(self)))


def _first_paragraph(error: type[MusterError]) -> str:
    # python -OO throws docstrings away: the class's name is then all that is left to say.
    text = inspect.getdoc(error) or error.__name__
    return " ".join(text.split("\n\n")[0].split())
