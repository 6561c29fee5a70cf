"""A request's body read from the wire, and answers written as Discord writes them."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.discord.rates import TooMany
from sandbox.discord.refusal import Refusal
from sandbox.discord.world import Upload


def refused(refusal: Refusal, headers: dict[str, str]) -> web.Response:
    """The answer to a refused request."""
    extra = refusal.headers() if isinstance(refusal, TooMany) else {}
    return answered(refusal.status, refusal.body(), headers | extra)


def answered(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    """A JSON answer; 204 for None."""
    if body is None:
        return web.Response(status=204, headers=headers)
    # Exactly this content type: discord.py compares the whole header and takes anything else for text.
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers | {"Content-Type": "application/json"}
    )


def break_off(incoming: web.Request) -> None:
    """Cut the connection without an answer."""
    if incoming.transport is not None:
        incoming.transport.abort()


async def read(incoming: web.Request) -> tuple[Any, list[Upload]]:
    """The JSON body (None without one) and the files sent along."""
    if incoming.content_type == "multipart/form-data":
        return await _read_multipart(incoming)
    text = await incoming.text()
    if not text:
        return None, []
    return json.loads(text), []


async def _read_multipart(incoming: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = None
    files: list[Upload] = []
    async for part in await incoming.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = await part.json()
        else:
            content = bytes(await part.read())
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(part.filename or part.name or "file", content, kind))
    return body, files
