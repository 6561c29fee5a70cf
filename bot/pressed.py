"""A button that was pressed or a select that was used, as Discord tells of it.

The library reads the whole message around it before it tells anybody. A click is being written by then: here it is read
when somebody asks for more than who pressed what, which the answer does while the database commits.
"""

from collections.abc import Mapping
from typing import Any

import discord

COMPONENT = discord.InteractionType.component.value


class Pressed(discord.Interaction[Any]):
    """The library's interaction, which reads the `payload` at the first look at anything but that and the client.

    The payload is Discord's documentation's: Interaction Object, of a component.
    """

    __slots__ = ("_read", "payload")

    def __init__(self, *, data: Any, state: Any) -> None:  # as the library makes its own
        self.payload: Mapping[str, Any] = data
        self._read = False
        self._client, self._state = state._get_client(), state

    def __getattr__(self, name: str) -> Any:
        """Asked for what has no value: nothing was read yet, or the library has it made at its first use."""
        if self._read:
            raise AttributeError(name)
        self._read = True
        try:
            super().__init__(data=self.payload, state=self._state)  # pyright: ignore[reportArgumentType] - its own TypedDict
        except AttributeError as error:  # of a property, Python would ask here again and lose it
            raise ValueError("the library cannot read this press") from error
        return getattr(self, name)


def hear_presses(bot: discord.Client) -> None:
    """Have the bot told of presses as `Pressed`; of everything else, the library tells as ever.

    What the library would do beside, look among the views it keeps, is for nothing: it keeps none (`components`).
    """
    state: Any = bot._connection  # pyright: ignore[reportPrivateUsage] - there is no public way to what a shard hears
    heard = state.parsers["INTERACTION_CREATE"]

    def hear(payload: Any) -> None:
        if payload["type"] == COMPONENT:
            bot.dispatch("interaction", Pressed(data=payload, state=state))
        else:
            heard(payload)

    state.parsers["INTERACTION_CREATE"] = hear
