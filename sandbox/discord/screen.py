"""How a channel looks, as text: what the sandbox's story prints, and the README's pictures.

Messages are plain dicts as REST returns them. The same input gives the same text on every machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.discord.cells import cells, pad, wrap
from sandbox.discord.markup import Reader

Item = Mapping[str, Any]

UTC = ZoneInfo("UTC")
_BAR = "▌ "
_GAP = 2
_EPHEMERAL = 1 << 6
_BUTTON, _SECTION, _TEXT, _THUMBNAIL, _GALLERY, _FILE, _SEPARATOR, _CONTAINER = 2, 9, 10, 11, 12, 13, 14, 17
_LINK = 5
_ANY = {5: "Choose a member", 6: "Choose a role", 7: "Choose a member or role", 8: "Choose a channel"}


@dataclass(frozen=True)
class _Look:
    reader: Reader
    width: int
    phone: bool
    colour: bool

    def text(self, text: str | None) -> list[str]:
        return wrap(self.reader.read(text), self.width) if text else []

    def narrower(self, by: int) -> "_Look":
        return replace(self, width=self.width - by)


def render_message(
    message: Item,
    *,
    now: datetime,
    names: Callable[[str], str | None],
    width: int = 100,
    zone: ZoneInfo = UTC,
    phone: bool = False,
    colour: bool = False,
) -> str:
    """One message as lines of at most `width` cells (a control is never broken), without a newline at the end.

    `now` (aware) is what relative times count from, `zone` where the reader sits, `names` what an id of a member, role
    or channel is called (without its sign), None when nobody knows. `phone` stacks an embed's inline fields; `colour`
    paints the bars with ANSI colours, for a terminal that shows them.
    """
    look = _Look(Reader(zone, now, names), width, phone, colour)
    return "\n".join(line.rstrip() for line in _message(message, look))


def render_channel(
    name: str,
    messages: Iterable[Item],
    *,
    now: datetime,
    names: Callable[[str], str | None],
    width: int = 100,
    zone: ZoneInfo = UTC,
    phone: bool = False,
    colour: bool = False,
) -> str:
    """The channel's name and its messages, oldest first whatever their order; arguments as `render_message`."""
    title = f"# {name} "
    shown = [title + "─" * max(width - cells(title), 0)]
    for message in sorted(messages, key=lambda one: int(one.get("id") or 0)):
        look = {"width": width, "zone": zone, "phone": phone, "colour": colour}
        shown.append(render_message(message, now=now, names=names, **look))
    return "\n\n".join(shown)


def _message(message: Item, look: _Look) -> Iterator[str]:
    yield _author(message, look)
    yield from look.text(message.get("content"))
    for embed in message.get("embeds") or []:
        yield from _barred(_embed(embed, look.narrower(len(_BAR))), embed.get("color"), look)
    for file in message.get("attachments") or []:
        yield f"[file: {file.get('filename')}]"
    yield from _components(message.get("components") or [], look)
    yield from _below(message)


def _author(message: Item, look: _Look) -> str:
    author = message.get("author") or {}
    known = look.reader.names(str(author.get("id")))
    name = known or author.get("global_name") or author.get("username") or "unknown-user"
    when = message.get("timestamp")
    told = look.reader.moment(datetime.fromisoformat(when), "s") if when else ""
    edited = "(edited)" if message.get("edited_timestamp") else ""
    return "  ".join(filter(None, [name + (" [APP]" if author.get("bot") else ""), told, edited]))


def _below(message: Item) -> Iterator[str]:
    reactions = [f"{_emoji(one['emoji'])} {one.get('count', 1)}" for one in message.get("reactions") or []]
    if reactions:
        yield "   ".join(reactions)
    if message.get("thread"):
        yield f"└ Thread: {message['thread'].get('name')}"
    if (message.get("flags") or 0) & _EPHEMERAL:
        yield "· Only you can see this ·"


def _barred(lines: Iterable[str], colour: int | None, look: _Look) -> Iterator[str]:
    """Lines behind the bar of an embed or container."""
    bar = _BAR
    if look.colour and colour is not None:
        bar = f"\x1b[38;2;{colour >> 16 & 255};{colour >> 8 & 255};{colour & 255}m▌\x1b[0m "
    return (bar + line for line in lines)


def _embed(embed: Item, look: _Look) -> Iterator[str]:
    yield from look.text((embed.get("author") or {}).get("name"))
    yield from look.text(embed.get("title"))
    yield from look.text(embed.get("description"))
    for inline, fields in groupby(embed.get("fields") or [], key=lambda field: bool(field.get("inline"))):
        yield from _fields(list(fields), 3 if inline and not look.phone else 1, look)
    if embed.get("image"):
        yield from ("", f"[image: {_filename(embed['image'])}]")
    yield from _footer(embed, look)


def _fields(fields: Sequence[Item], across: int, look: _Look) -> Iterator[str]:
    """Rows of up to three columns, as the desktop client fills them: two share the width, one has it all."""
    for start in range(0, len(fields), across):
        row = fields[start : start + across]
        column = (look.width - _GAP * (len(row) - 1)) // len(row)
        yield ""
        yield from _beside([_field(field, replace(look, width=column)) for field in row], column)


def _field(field: Item, look: _Look) -> list[str]:
    # An invisible name or value (a zero-width space) takes its line all the same.
    return [line for part in ("name", "value") for line in look.text(field.get(part)) or [""]]


def _beside(columns: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    for number in range(max(map(len, columns))):
        line = [column[number] if number < len(column) else "" for column in columns]
        yield (" " * _GAP).join(pad(text.replace("\u200b", ""), width) for text in line)


def _footer(embed: Item, look: _Look) -> Iterator[str]:
    stamp = embed.get("timestamp")
    told = look.reader.moment(datetime.fromisoformat(stamp), "s") if stamp else None
    # A footer shows its text as it is: Discord renders no markup there.
    said = " • ".join(filter(None, [(embed.get("footer") or {}).get("text"), told]))
    if said:
        yield from ("", *wrap(said, look.width))


def _components(components: Iterable[Item], look: _Look) -> Iterator[str]:
    for component in components:
        yield from _component(component, look)


def _component(component: Item, look: _Look) -> Iterable[str]:
    kind = component.get("type")
    if kind == _TEXT:
        return look.text(component.get("content"))
    if kind == _CONTAINER:
        inside = _components(component.get("components") or [], look.narrower(len(_BAR)))
        return _barred(inside, component.get("accent_color"), look)
    draw = {_SECTION: _section, _SEPARATOR: _separator, _GALLERY: _gallery, _FILE: _file}.get(kind or 0, _row)
    return draw(component, look)


def _row(row: Item, look: _Look) -> Iterator[str]:
    """An action row, continued on the next line when the screen is too narrow."""
    line = ""
    for component in row.get("components") or []:
        control = _control(component)
        if line and cells(f"{line} {control}") > look.width:
            yield line
            line = ""
        line = f"{line} {control}" if line else control
    yield line


def _control(component: Item) -> str:
    """A button as `[ Label ]`, a select as `[placeholder ▾]`; round brackets when it is disabled."""
    open_, close = "()" if component.get("disabled") else "[]"
    if component.get("type") != _BUTTON:
        return f"{open_}{_chosen(component)} ▾{close}"
    out = "↗" if component.get("style") == _LINK else ""
    words = filter(None, [_emoji(component.get("emoji") or {}), component.get("label"), out])
    return f"{open_} {' '.join(words)} {close}"


def _chosen(select: Item) -> str:
    """What a closed select shows: what is picked, else its placeholder."""
    picked = [option["label"] for option in select.get("options") or [] if option.get("default")]
    usual = _ANY.get(select.get("type") or 0, "Make a selection")
    return ", ".join(picked) or select.get("placeholder") or usual


def _emoji(emoji: Item) -> str:
    return f":{emoji.get('name')}:" if emoji.get("id") else emoji.get("name") or ""


def _section(section: Item, look: _Look) -> Iterator[str]:
    """Texts on the left, the button or picture at the right edge of the first line."""
    accessory = section.get("accessory") or {}
    aside = f"[image: {_filename(accessory.get('media') or {})}]"
    if accessory.get("type") != _THUMBNAIL:
        aside = _control(accessory)
    room = look.width - cells(aside) - _GAP
    lines = list(_components(section.get("components") or [], replace(look, width=room))) or [""]
    yield f"{pad(lines[0], room)}{' ' * _GAP}{aside}"
    yield from lines[1:]


def _separator(separator: Item, look: _Look) -> list[str]:
    space = [""] * ((separator.get("spacing") or 1) - 1)
    rule = "─" * look.width if separator.get("divider", True) else ""
    return [*space, rule, *space] if rule else [*space, ""]


def _gallery(gallery: Item, _look: _Look) -> Iterator[str]:
    for item in gallery.get("items") or []:
        yield f"[image: {item.get('description') or _filename(item.get('media') or {})}]"


def _file(file: Item, _look: _Look) -> list[str]:
    return [f"[file: {_filename(file.get('file') or {})}]"]


def _filename(media: Item) -> str:
    """The last part of an address, without its query."""
    return str(media.get("url") or "").partition("?")[0].rpartition("/")[2]
