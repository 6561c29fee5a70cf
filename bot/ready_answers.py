"""The answer to a click on a sheet, made ready while the click is being committed.

Its request stands by on an open connection and has not sent a byte; at the word, it goes. The library would begin with
it only then, and have Discord send back the whole message, which nobody here reads. All else, and what goes wrong here,
is answered the library's way (`bot.answers`).
"""

import asyncio
import json
from types import TracebackType
from typing import Any, NamedTuple, Self
from weakref import WeakKeyDictionary

import aiohttp
import discord
from aiohttp.abc import AbstractStreamWriter
from discord import ui
from discord.http import Route
from yarl import URL

from bot.answers import answer, named_roles
from bot.custom_emoji import custom_emoji, spare
from bot.errors import ANSWERED

MESSAGE, EPHEMERAL, TAKEN = 4, 1 << 6, 204

_COMPONENTS: WeakKeyDictionary[ui.View, str] = WeakKeyDictionary()
"""As JSON: the buttons under most answers are the same view. One with custom emoji changes when they are refused."""


class _Made(NamedTuple):
    """What stands by: what it says, the word it waits for, and its request, which tells whether Discord took it."""

    text: str
    view: ui.View
    word: asyncio.Future[None]
    request: asyncio.Task[bool]


class ReadyAnswer:
    """The ephemeral answer to one click. What is not sent by the end of its `with` block never is."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction
        self._made: _Made | None = None
        self._over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._over = True
        self._drop()

    def make(self, text: str, view: ui.View) -> Self:
        """Make it ready. One made before is dropped: what it says did not come about.

        Nothing is made once the block has ended, for whoever draws on for a click that has failed.
        """
        self._drop()
        if self._over:
            return self
        spare(self._interaction, view)
        word: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        body = HeldBack(_body(named_roles(self._interaction, text), view), word)
        self._made = _Made(text, view, word, asyncio.create_task(_posted(self._interaction, body)))
        return self

    async def send(self) -> None:
        """Let it go; after a deferral, or if Discord did not take it, it is said the usual way.

        Raises RuntimeError when none was made.
        """
        if self._made is None:
            raise RuntimeError("no answer was made ready")
        text, view, word, request = self._made
        if not self._interaction.response.is_done():
            if not word.done():  # it is when its connection broke meanwhile
                word.set_result(None)
            if await request:
                return
        await self._say(text, view)

    async def _say(self, text: str, view: ui.View) -> None:
        try:
            await answer(self._interaction, text, view)
        except discord.HTTPException as error:
            if error.code != ANSWERED:  # it was taken, and only Discord's receipt did not get through
                raise

    def _drop(self) -> None:
        if self._made:
            self._made.request.cancel()


class HeldBack(aiohttp.BytesPayload):
    """The body of a request which waits for a word before any of it leaves, its headers included."""

    def __init__(self, body: bytes, word: asyncio.Future[None]) -> None:
        super().__init__(body, content_type="application/json")
        self._word = word

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Wait, then write."""
        await self._word
        await super().write_with_length(writer, content_length)


def _body(text: str, view: ui.View) -> bytes:
    """Discord's documentation: Interaction Response Structure, here type 4 with a message only one person sees."""
    message = f'"content":{json.dumps(text)},"components":{_components(view)},"flags":{EPHEMERAL}'
    return f'{{"type":{MESSAGE},"data":{{{message},"allowed_mentions":{{"parse":[]}}}}}}'.encode()


def _components(view: ui.View) -> str:
    if known := _COMPONENTS.get(view):
        return known
    made = json.dumps(view.to_components())
    if not custom_emoji(view):
        _COMPONENTS[view] = made
    return made


async def _posted(interaction: discord.Interaction[Any], body: HeldBack) -> bool:
    """Whether Discord took it."""
    url = URL(f"{Route.BASE}/interactions/{interaction.id}/{interaction.token}/callback", encoded=True)
    session: aiohttp.ClientSession = interaction._session  # pyright: ignore[reportPrivateUsage] - its connections are open
    try:
        async with session.post(url, data=body) as response:
            return response.status == TAKEN
    except (aiohttp.ClientError, OSError):
        return False
