"""How the stand-in says no: the same status, code and body shape as Discord."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refusal(Exception):
    """A request Discord would answer with an error.

    `status` is the HTTP status, `code` Discord's JSON error code (50035 for an invalid form body, 0 for none),
    `errors` the nested error object of an invalid form body, as Discord nests it.
    """

    def __init__(self, status: int, code: int, message: str, errors: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = dict(errors or {})

    def body(self) -> dict[str, Any]:
        """The JSON body Discord sends with this refusal."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return {**body, "errors": self.errors} if self.errors else body


def invalid(path: str, code: str, message: str) -> Refusal:
    """An invalid form body (50035) blaming the field at dotted `path`, e.g. ``components.0.components.2.label``."""
    return all_invalid([path], code, message)


def all_invalid(paths: Sequence[str], code: str, message: str) -> Refusal:
    """The same blaming several fields."""
    errors: dict[str, Any] = {}
    for path in paths:
        leaf = errors
        for part in path.split("."):
            leaf = leaf.setdefault(part, {})
        leaf["_errors"] = [{"code": code, "message": message}]
    return Refusal(400, 50035, f"Invalid Form Body ({', '.join(paths)}: {message})", errors)
