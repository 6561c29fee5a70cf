"""What happened between the members and the bot, as lines to print."""

from collections.abc import Callable

from sandbox.discord import words
from sandbox.discord.interactions import Interaction
from sandbox.discord.world import Message

_SHORT = 160


class Transcript:
    """A numbered line per interaction, answer and later change, in the order they happened; none unless `kept`."""

    def __init__(self, *, kept: bool = True) -> None:
        self._kept = kept
        self.lines: list[str] = []
        self.interactions = 0
        self._numbers: dict[int, int] = {}

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def sent(self, interaction: Interaction) -> None:
        """A member did something."""
        self.interactions += 1
        self._numbers[interaction.id] = self.interactions
        who = interaction.member.display_name if interaction.member else interaction.user.name
        self._say(interaction, lambda: f"{who}: {interaction.what}")

    def answered(self, interaction: Interaction) -> None:
        """The bot's first answer came."""
        assert interaction.callback is not None
        kind = interaction.callback.name.lower().replace("_", " ")
        self._say(interaction, lambda: f"  -> {kind}{_told(interaction)}")

    def followed(self, interaction: Interaction, what: Message | str) -> None:
        """A follow-up, an edit or a deletion came."""
        self._say(interaction, lambda: f"  => {what if isinstance(what, str) else _shown(what)}")

    def _say(self, interaction: Interaction, line: Callable[[], str]) -> None:
        if self._kept:
            self.lines.append(f"#{self._numbers[interaction.id]} {line()}")


def _told(interaction: Interaction) -> str:
    if interaction.modal is not None:
        return f": {interaction.modal.get('title', '')}"
    if interaction.choices is not None:
        return ": " + _cut(" | ".join(str(each["name"]) for each in interaction.choices))
    return f": {_shown(interaction.shows)}" if interaction.shows else ""


def _shown(message: Message) -> str:
    only = "(only they see it) " if message.ephemeral else ""
    return only + _cut(" / ".join(words.of_message(message)))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"
