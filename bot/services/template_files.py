"""Templates as files in somebody's hands: what is given out, and what is taken at all."""

from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.template import BadTemplate, Template
from bot.domain.template_file import write_template

LARGEST_FILE = 1024 * 1024
"""The largest template there can be, in letters of four bytes, takes less than 900 KB."""


class BadFile(MusterError):
    """A template is a `.json` file of at most 1024 KB, such as `/template export` gives."""


@dataclass(frozen=True)
class Exported:
    """A template's file; `left_out` when it names Discord roles that are not in the file."""

    name: str
    filename: str
    text: str
    left_out: bool


def export(template: Template, *, discord_roles: bool) -> Exported:
    """The template's file, with the ids of the server's Discord roles or without."""
    gates = template.gates
    left_out = not discord_roles and bool(gates.allowed or gates.banned or gates.priority)
    text = write_template(template, discord_roles=discord_roles)
    return Exported(template.name, _filename(template.name), text, left_out)


def check_file(filename: str, size: int) -> None:
    """Raise BadFile for a file that is not worth reading; `size` in bytes."""
    if not filename.casefold().endswith(".json"):
        raise BadFile(f'"{filename[:100]}" is no `.json` file. Take one that `/template export` gives.')
    if size > LARGEST_FILE:
        raise BadFile(f"That file has {size // 1024} KB; a template has at most {LARGEST_FILE // 1024} KB.")


def read_text(content: bytes) -> str:
    """A file's text. Raises BadFile, BadTemplate with the line."""
    if len(content) > LARGEST_FILE:
        raise BadFile
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadTemplate(f"Line {line}: this is not text in UTF-8. Save the file as UTF-8 and try again.") from None


def _filename(name: str) -> str:
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return f"{safe.strip('-') or 'template'}.json"
