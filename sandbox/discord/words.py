"""The words a member reads: of a message, of a modal, of any component."""

from collections.abc import Iterator

from sandbox.discord.world import JSON, Message


def of_message(message: Message) -> list[str]:
    """Content, embeds and components, in reading order."""
    texts = [message.content, *(text for embed in message.embeds for text in _of_embed(embed))]
    return [text for text in [*texts, *of_components(message.components)] if text]


def of_modal(modal: JSON) -> list[str]:
    """Title, labels, texts and placeholders."""
    return [text for text in [modal.get("title", ""), *of_components(modal.get("components", []))] if text]


def walk(components: list[JSON]) -> Iterator[JSON]:
    """Every component, outer before inner, top to bottom."""
    for component in components:
        yield component
        inner = [*(component.get("components") or []), component.get("accessory"), component.get("component")]
        yield from walk([each for each in inner if each])


def of_components(components: list[JSON]) -> Iterator[str]:
    """The words on components: texts, labels, placeholders, options."""
    for component in walk(components):
        for key in ("content", "label", "description", "placeholder", "value"):
            yield component.get(key) or ""
        for option in component.get("options") or []:
            yield option["label"]
            yield option.get("description") or ""


def _of_embed(embed: JSON) -> Iterator[str]:
    yield (embed.get("author") or {}).get("name", "")
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for each in embed.get("fields") or []:
        yield each["name"]
        yield each["value"]
    yield (embed.get("footer") or {}).get("text", "")
