"""What came back to a member's act, as they see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.discord import words
from sandbox.discord.interactions import Callback, Interaction
from sandbox.discord.world import JSON, Message

if TYPE_CHECKING:
    from sandbox.discord.hand import Hand

AnswerKind = Literal["message", "deferred", "update", "modal", "autocomplete"]
_KINDS: dict[Callback, AnswerKind] = {
    Callback.MESSAGE: "message",
    Callback.DEFER: "deferred",
    Callback.DEFER_UPDATE: "update",
    Callback.UPDATE: "update",
    Callback.MODAL: "modal",
    Callback.CHOICES: "autocomplete",
}


class NoAnswer(AssertionError):
    """The interaction failed: Discord would show "The application did not respond"."""


@dataclass(frozen=True)
class Choice:
    """One line of an autocomplete list: the `name` read, the `value` sent."""

    name: str
    value: str | int | float


class Answer:
    """The living answer to one interaction: it shows @original and the follow-ups as they stand now.

    `kind` is the first answer: "message", "deferred" (then answered), "update" (the clicked message changed, at once or
    after a deferred update), "modal" or "autocomplete". `message` is what to click on next.
    """

    def __init__(self, hand: "Hand", interaction: Interaction) -> None:
        self.hand = hand
        self.interaction = interaction

    def __repr__(self) -> str:
        return f"<Answer {self.kind} to {self.interaction.what!r}: {self.text!r}>"

    @property
    def kind(self) -> AnswerKind:
        """The first answer."""
        assert self.interaction.callback is not None
        return _KINDS[self.interaction.callback]

    @property
    def followups(self) -> list[Message]:
        """The messages sent after the first answer, as they stand."""
        return list(self.interaction.followups)

    @property
    def message(self) -> Message:
        """The answer itself: @original, or the first follow-up when the clicked message was left as it is."""
        own = self._original()
        found = own or next(iter(self.interaction.followups), None)
        if found is None:
            raise NoAnswer(f"{self.interaction.what!r} was answered with {self.kind}, which shows no message")
        return found

    def _original(self) -> Message | None:
        left_alone = self.interaction.callback is Callback.DEFER_UPDATE and not self.interaction.edits
        return None if left_alone else self.interaction.shows

    @property
    def messages(self) -> list[Message]:
        """The answer and its follow-ups: all the member sees."""
        own = self._original()
        return [*([own] if own else []), *self.interaction.followups]

    @property
    def content(self) -> str:
        """The answer's text above its embeds."""
        return self.message.content

    @property
    def embeds(self) -> list[JSON]:
        """The answer's embeds, as JSON."""
        return self.message.embeds

    @property
    def components(self) -> list[JSON]:
        """The components on the message, or in the modal."""
        return self.interaction.modal["components"] if self.interaction.modal else self.message.components

    @property
    def ephemeral(self) -> bool:
        """Whether only the member sees the answer."""
        return self.message.ephemeral

    @property
    def title(self) -> str:
        """A modal's title."""
        return (self.interaction.modal or {}).get("title", "")

    @property
    def choices(self) -> list[Choice]:
        """The autocomplete list."""
        return [Choice(each["name"], each["value"]) for each in self.interaction.choices or []]

    @property
    def text(self) -> str:
        """Every word the member reads, joined by newlines."""
        if self.interaction.modal is not None:
            return "\n".join(words.of_modal(self.interaction.modal))
        if self.interaction.choices is not None:
            return "\n".join(choice.name for choice in self.choices)
        return "\n".join(word for message in self.messages for word in words.of_message(message))

    async def until(self, looks: "Callable[[Answer], bool]") -> "Answer":
        """Wait until later edits and follow-ups make it look so. Raises NoAnswer after the hand's patience."""
        await self.hand.wait_until(self.interaction, lambda: looks(self))
        return self

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons to click, in order."""
        return [each.get("label") or "" for each in words.walk(self.components) if each["type"] == 2]
