"""How the stand-in says no: the statuses and bodies public clients have seen from Raid-Helper."""

from typing import Any


class Refusal(Exception):
    """A request Raid-Helper answers with `status` and the JSON `body`."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def invalid_token() -> Refusal:
    """A missing or wrong key."""
    return Refusal(401, {"reason": "invalid token"})


def locked_template() -> Refusal:
    """A template that is unknown or not allowed on this server: a 401 as well."""
    return Refusal(401, {"reason": "locked template"})


def no_access() -> Refusal:
    """A channel Raid-Helper does not see or may not write in; the text is the stand-in's choice."""
    return Refusal(404, {"error": "unknown channel or missing permissions"})


def unknown_event() -> Refusal:
    """No such event."""
    return Refusal(404, {"reason": "unknown event"})


def bad(error: str) -> Refusal:
    """A body Raid-Helper does not accept."""
    return Refusal(400, {"error": error})


def no_endpoint(method: str, path: str) -> Refusal:
    """An unknown route, a wrong method or a trailing slash, in the words of the framework below Raid-Helper."""
    title = f"Endpoint {method} {path} not found"
    return Refusal(404, {"title": title, "status": 404, "type": "https://javalin.io/documentation", "details": {}})
