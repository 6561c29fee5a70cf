"""What Discord refuses in a body, whoever sends it: messages here, components, modals and commands next door.

Every check raises a `Refusal` for the first fault it meets and returns nothing when there is none. Numbers and error
codes follow Discord's documentation and what its API answers; where those are silent, the stand-in refuses.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.discord import bounds
from sandbox.discord.limits_commands import check_choices, check_commands
from sandbox.discord.limits_components import COMPONENTS_V2, check_components
from sandbox.discord.limits_modals import check_modal
from sandbox.discord.refusal import Refusal, invalid

__all__ = ["check_choices", "check_commands", "check_message", "check_modal"]

EMBED_TOTAL = 6000
_VISIBLE_IN_EMBED = ("title", "description", "fields", "author", "footer", "image", "thumbnail", "video")
_LEGACY = ("content", "embeds", "poll", "sticker_ids")
_CONTENTS = (*_LEGACY, "components", "attachments", "files")


def check_message(body: Mapping[str, Any], previous: Mapping[str, Any] | None = None) -> None:
    """Refuse a message body Discord would refuse.

    `body` is the JSON of a create, an edit or a callback's `data`; `previous` the stored message an edit applies to,
    as REST returns it. A field an edit leaves out keeps its value, one it sends as null is emptied. Uploaded files
    count through `attachments`, as discord.py always lists them.
    """
    _check_flags(body, previous)
    bounds.text("content", body.get("content"), 2000)
    _check_embeds(body.get("embeds") or [])
    check_components(body.get("components") or [], v2=_is_v2(body))
    _check_mentions(body.get("allowed_mentions") or {})
    _check_poll(body.get("poll"))
    _check_nonce(body.get("nonce"))
    bounds.span("sticker_ids", body.get("sticker_ids") or [], 3)
    bounds.span("attachments", body.get("attachments") or [], 10)
    _check_not_empty({**(previous or {}), **body})


def _is_v2(message: Mapping[str, Any] | None) -> bool:
    return bool(((message or {}).get("flags") or 0) & COMPONENTS_V2)


def _check_flags(body: Mapping[str, Any], previous: Mapping[str, Any] | None) -> None:
    """A Components V2 message stays one, and neither carries nor keeps what only classic messages have."""
    if _is_v2(previous) and body.get("flags") is not None and not _is_v2(body):
        raise invalid(
            "flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The IS_COMPONENTS_V2 flag cannot be removed"
        )
    if not (_is_v2(body) or _is_v2(previous)):
        return
    after = {**(previous or {}), **body}
    for field in _LEGACY:
        if after.get(field):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            raise invalid(field, code, f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")


def _check_not_empty(after: Mapping[str, Any]) -> None:
    forward = (after.get("message_reference") or {}).get("type") == 1
    rest = any(after.get(field) for field in _CONTENTS if field not in ("content", "embeds"))
    said = str(after.get("content") or "").strip()
    shown = any(_is_visible(embed) for embed in after.get("embeds") or [])
    if not (forward or rest or said or shown):
        raise Refusal(400, 50006, "Cannot send an empty message")


def _is_visible(embed: Mapping[str, Any]) -> bool:
    return any(embed.get(part) for part in _VISIBLE_IN_EMBED)


def _check_embeds(embeds: Sequence[Mapping[str, Any]]) -> None:
    bounds.span("embeds", embeds, 10)
    for index, embed in enumerate(embeds):
        _check_embed(f"embeds.{index}", embed)
    if sum(map(embed_length, embeds)) > EMBED_TOTAL:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TOTAL}")


def embed_length(embed: Mapping[str, Any]) -> int:
    """The code points of `embed` that count towards the 6000 a message's embeds share."""
    parts = [embed.get("title"), embed.get("description")]
    parts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    parts += [field.get(key) for field in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(part) for part in parts if part)


def _check_embed(path: str, embed: Mapping[str, Any]) -> None:
    bounds.text(f"{path}.title", embed.get("title"), 256)
    bounds.text(f"{path}.description", embed.get("description"), 4096)
    bounds.url(f"{path}.url", embed.get("url"))
    bounds.number(f"{path}.color", embed.get("color"), 0, 0xFFFFFF)
    bounds.moment(f"{path}.timestamp", embed.get("timestamp"))
    _check_embed_edges(path, embed)
    fields = embed.get("fields") or []
    bounds.span(f"{path}.fields", fields, 25)
    for index, field in enumerate(fields):
        bounds.text(f"{path}.fields.{index}.name", field.get("name"), 256, needed=True)
        bounds.text(f"{path}.fields.{index}.value", field.get("value"), 1024, needed=True)


def _check_embed_edges(path: str, embed: Mapping[str, Any]) -> None:
    """Author, footer and pictures; pictures may also be files of the same message."""
    pictures = ("http", "https", "attachment")
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    bounds.text(f"{path}.footer.text", footer.get("text"), 2048)
    bounds.url(f"{path}.footer.icon_url", footer.get("icon_url"), schemes=pictures)
    bounds.text(f"{path}.author.name", author.get("name"), 256, needed=bool(author))
    bounds.url(f"{path}.author.url", author.get("url"))
    bounds.url(f"{path}.author.icon_url", author.get("icon_url"), schemes=pictures)
    for picture in ("image", "thumbnail"):
        bounds.url(f"{path}.{picture}.url", (embed.get(picture) or {}).get("url"), schemes=pictures)


def _check_mentions(allowed: Mapping[str, Any]) -> None:
    parse = allowed.get("parse") or []
    for index, one in enumerate(parse):
        bounds.choice(f"allowed_mentions.parse.{index}", one, ("roles", "users", "everyone"))
    for who in ("users", "roles"):
        named = allowed.get(who) or []
        bounds.span(f"allowed_mentions.{who}", named, 100)
        bounds.unique(f"allowed_mentions.{who}", [str(one) for one in named])
        if named and who in parse:
            message = f'parse:["{who}"] and {who}: [ids...] are mutually exclusive.'
            raise invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _check_poll(poll: Mapping[str, Any] | None) -> None:
    if poll is None:
        return
    bounds.text("poll.question.text", (poll.get("question") or {}).get("text"), 300, needed=True)
    bounds.number("poll.duration", poll.get("duration"), 1, 768)
    answers = poll.get("answers") or []
    bounds.span("poll.answers", answers, 10, 1)
    for index, answer in enumerate(answers):
        media = answer.get("poll_media") or {}
        bounds.text(f"poll.answers.{index}.poll_media.text", media.get("text"), 55, needed=True)
        bounds.emoji(f"poll.answers.{index}.poll_media.emoji", media.get("emoji"))


def _check_nonce(nonce: object) -> None:
    if nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, int | str)):
        raise invalid("nonce", "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    if len(str(nonce if nonce is not None else "")) > 25:
        raise invalid("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer characters long.")
