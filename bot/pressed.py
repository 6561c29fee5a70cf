"""A button that was pressed or a select that was used, as Discord tells of it.

The library reads the whole message around it before it tells anybody. What most are about, who pressed what, is a small
part of that: here the rest is read when somebody asks for it, and to be answered a click on a sheet needs none of it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord

COMPONENT = discord.InteractionType.component.value


class Pressed(discord.Interaction[Any]):
    """The library's interaction, which reads the `payload` at the first look at more than it takes to answer.

    The payload is Discord's documentation's: Interaction Object, of a component.
    """

    __slots__ = ("_read", "payload")

    def __init__(self, *, data: Any, state: Any) -> None:  # as the library makes its own
        self.payload: Mapping[str, Any] = data
        self._read = False
        self.id, self.token = int(data["id"]), data["token"]
        self._client, self._state, self._session = state._get_client(), state, state.http._HTTPClient__session

    def __getattr__(self, name: str) -> Any:
        """Asked for what has no value: nothing was read yet, or the library has it made at its first use (`_cs_`)."""
        if self._read or name.startswith("_cs_"):
            raise AttributeError(name)
        self._read = True
        try:
            super().__init__(data=self.payload, state=self._state)  # pyright: ignore[reportArgumentType] - its own TypedDict
        except AttributeError as error:  # of a property, Python would ask here again and lose it
            raise ValueError("the library cannot read this press") from error
        return getattr(self, name)


def hear_presses(bot: discord.Client, act: Callable[[Pressed], Coroutine[Any, Any, None]]) -> None:
    """Have `act` done about each press, side by side; of everything else, the library tells as ever.

    What the library would do beside, look among the views it keeps, is for nothing: it keeps none (`components`).
    """
    state: Any = bot._connection  # pyright: ignore[reportPrivateUsage] - there is no public way to what a shard hears
    heard, under_way = state.parsers["INTERACTION_CREATE"], set[asyncio.Task[None]]()

    def hear(payload: Any) -> None:
        if payload["type"] != COMPONENT:
            heard(payload)
            return
        task = asyncio.create_task(act(Pressed(data=payload, state=state)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    state.parsers["INTERACTION_CREATE"] = hear
