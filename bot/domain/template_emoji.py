"""Which emoji of a template a server can see: Unicode's, the bot's own and the server's, but no other server's."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from bot.domain.emoji import custom_id
from bot.domain.json_values import Path
from bot.domain.template import BadTemplate, Template


def custom_emoji(template: Template) -> Iterator[tuple[Path, str]]:
    """Every emoji that is not Unicode's, and where it stands."""
    return ((path, emoji) for path, emoji in _emoji(template) if custom_id(emoji) is not None)


def check_emoji(template: Template, usable: AbstractSet[int]) -> None:
    """Raise BadTemplate for the first custom emoji whose id is not among the `usable` ones."""
    for path, emoji in custom_emoji(template):
        if custom_id(emoji) not in usable:
            name = emoji.split(":")[1]
            raise BadTemplate(
                f"`:{name}:` is no emoji of this server, so sheets here cannot show it. Use one of this server's or a "
                "usual one, such as 🛡️.",
                path,
            )


def _emoji(template: Template) -> Iterator[tuple[Path, str]]:
    yield ("emoji",), template.emoji
    for index, role in enumerate(template.roles):
        yield ("roles", index, "emoji"), role.emoji
    for index, game_class in enumerate(template.classes):
        yield ("classes", index, "emoji"), game_class.emoji
        for place, spec in enumerate(game_class.specs):
            yield ("classes", index, "specs", place, "emoji"), spec.emoji
