"""The ways a real Raid-Helper can fail, to be switched on for a route: `standin.fail("create", rate_limit())`."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.raid_helper.refusal import Refusal, invalid_token, locked_template, no_access, unknown_event

Behave = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Fault:
    """A failing answer. When it `commits`, the request took effect first and `behave` gets the true answer."""

    name: str
    behave: Behave
    commits: bool = False


def unauthorized() -> Fault:
    """The key was refreshed in Discord meanwhile."""
    return _refusing("unauthorized", invalid_token())


def template_locked() -> Fault:
    """The template is not allowed here: a 401 that is not about the key."""
    return _refusing("locked_template", locked_template())


def access_lost() -> Fault:
    """Raid-Helper cannot see the channel."""
    return _refusing("no_access", no_access())


def gone() -> Fault:
    """Somebody deleted the event; for the first k reads of a new one: it is not visible yet."""
    return _refusing("gone", unknown_event())


def refused(status: int, text: str) -> Fault:
    """Any other status, with a body of plain text."""
    return _plain(f"refused {status}", web.Response, status=status, text=text)


def rate_limit(form: str = "header", pause: str = "3") -> Fault:
    """A 429 that names `pause` by "header", "json", "text" ("3.2s", "3 hour(s)") or, with "none", not at all."""
    match form:
        case "header":
            return _plain("rate_limit", web.Response, status=429, headers={"Retry-After": pause}, text="slow down")
        case "json":
            return _plain("rate_limit", web.json_response, {"retry_after": float(pause)}, status=429)
        case "text":
            return _plain("rate_limit", web.Response, status=429, text=f"Rate limit encountered. Try again in {pause}")
        case "none":
            return _plain("rate_limit", web.Response, status=429, text="Too many requests")
        case _:
            raise ValueError(form)


def server_error(status: int = 502, *, html: bool = False) -> Fault:
    """An outage, in Raid-Helper's text or the proxy's HTML."""
    text = "<html><body><h1>Bad gateway</h1></body></html>" if html else "Server Error"
    kind = "text/html" if html else "text/plain"
    return _plain("server_error", web.Response, status=status, text=text, content_type=kind)


def drop_before_commit() -> Fault:
    """The connection breaks and nothing has happened."""
    return Fault("drop_before_commit", _drop)


def commit_then_drop() -> Fault:
    """The connection breaks, and yet it has happened."""
    return Fault("commit_then_drop", _drop, commits=True)


def stall(release: Callable[[], Awaitable[object]]) -> Fault:
    """Nothing happens, and no answer comes before `release` (the stand-in's `released`)."""

    async def behave(request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        await release()
        return await _drop(request, true_answer)

    return Fault("stall", behave)


def commit_then_stall(release: Callable[[], Awaitable[object]]) -> Fault:
    """It has happened, but the answer waits for `release` (the stand-in's `released`), past any timeout."""

    async def behave(_request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        await release()
        return web.json_response(true_answer)

    return Fault("commit_then_stall", behave, commits=True)


def lagging_list() -> Fault:
    """The list does not know the newest events yet."""

    async def behave(_request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        empty = {"postedEvents": [], "eventCountOverall": 0, "eventCountTransmitted": 0}
        return web.json_response({**true_answer, **empty})

    return Fault("lagging_list", behave, commits=True)


def soft_fail(reason: str = "something went wrong") -> Fault:
    """A failure that comes as a 200."""
    return _plain("soft_fail", web.json_response, {"status": "failed", "reason": reason})


def odd_body(form: str) -> Fault:
    """A success whose body is "empty", "text", "list", "mistyped", "eventless", "top_id" or "number_id"."""

    async def behave(_request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        return _odd(form, true_answer)

    return Fault(f"odd_body {form}", behave, commits=True)


def redirect(location: str) -> Fault:
    """The host moved; following would leak the key."""
    return _plain("redirect", web.Response, status=301, headers={"Location": location})


def huge_body(size: int = 1024 * 1024 + 1) -> Fault:
    """A success nobody should read to its end."""

    async def behave(_request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({**true_answer, "filler": "x" * size})

    return Fault("huge_body", behave, commits=True)


def field_drift() -> Fault:
    """Other field names and types, as clients have met them: see section 3.4 of the contract."""

    async def behave(_request: web.Request, true_answer: dict[str, Any]) -> web.StreamResponse:
        return web.json_response(_drifted(true_answer))

    return Fault("field_drift", behave, commits=True)


def _refusing(name: str, refusal: Refusal) -> Fault:
    return _plain(name, web.json_response, refusal.body, status=refusal.status)


def _plain(name: str, respond: Callable[..., web.Response], *args: Any, **kwargs: Any) -> Fault:
    async def behave(_request: web.Request, _true_answer: dict[str, Any]) -> web.StreamResponse:
        return respond(*args, **kwargs)

    return Fault(name, behave)


async def _drop(request: web.Request, _true_answer: dict[str, Any]) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _odd(form: str, answer: dict[str, Any]) -> web.Response:
    event = answer.get("event", {})
    match form:
        case "empty":
            return web.Response()
        case "text":
            return web.Response(text="OK")
        case "list":
            return web.json_response([answer])
        case "mistyped":
            return web.Response(text=json.dumps(answer), content_type="text/html")
        case "eventless":
            return web.json_response({"status": "success", "message": "created"})
        case "top_id":
            return web.json_response({"status": "success", "id": event["id"]})
        case "number_id":
            return web.json_response({**answer, "event": {**event, "id": int(event["id"])}})
        case _:
            raise ValueError(form)


def _drifted(answer: dict[str, Any]) -> dict[str, Any]:
    drifted = {key: value for key, value in answer.items() if key != "status"}
    for old, new in (("eventCountOverall", "eventsOverall"), ("eventCountTransmitted", "eventsTransmitted")):
        if old in drifted:
            drifted[new] = drifted.pop(old)
    for row in drifted.get("postedEvents", []):
        row["signUpCount"] = int(row["signUpCount"])
    return drifted
