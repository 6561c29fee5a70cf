"""Who a message rings: its text, narrowed by allowed_mentions and by what the author may ping."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.discord import permissions
from sandbox.discord.world import JSON, Channel, Guild, Pings, User

_MENTION = re.compile(r"<@(&?)!?(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
_TEXT_DISPLAY = 10


def rung(body: JSON, channel: Channel, author: User) -> Pings:
    """The pings of a new message's body in the channel. An edit rings nobody."""
    text = "\n".join([body.get("content") or "", *_shown_texts(body.get("components") or [])])
    if "@" not in text:
        return Pings()
    allowed = _Allowed(body.get("allowed_mentions"))
    mentioned = [(mark, int(target)) for mark, target in _MENTION.findall(text)]
    users = frozenset(target for mark, target in mentioned if not mark and allowed.user(target))
    if channel.guild is None:
        return Pings(users=users, who=users)
    roles = (target for mark, target in mentioned if mark and allowed.role(target))
    return _in_guild(channel, author, users, roles, bool(_EVERYONE.search(text)) and allowed.everyone)


def _in_guild(channel: Channel, author: User, users: frozenset[int], roles: Iterable[int], everyone: bool) -> Pings:
    guild = channel.guild
    assert guild is not None
    member = guild.members.get(author.id)
    may = bool(member) and permissions.has(
        permissions.within(guild, member, channel), permissions.Permission.MENTION_EVERYONE
    )
    rung_roles = frozenset(each for each in roles if each in guild.roles and (may or guild.roles[each].mentionable))
    present = users & guild.members.keys()
    who = present | _holders(guild, rung_roles) | (guild.members.keys() if everyone and may else set[int]())
    return Pings(everyone and may, present, rung_roles, frozenset(who))


def _holders(guild: Guild, roles: frozenset[int]) -> set[int]:
    if not roles:
        return set()
    return {each.id for each in guild.members.values() if each.roles & roles}


class _Allowed:
    """The allowed_mentions of a body; without one, everything in the text counts."""

    def __init__(self, given: dict[str, Any] | None) -> None:
        self._given = given
        self._parsed = set((given or {}).get("parse", ()))

    @property
    def everyone(self) -> bool:
        return self._given is None or "everyone" in self._parsed

    def user(self, target: int) -> bool:
        return self._listed("users", target)

    def role(self, target: int) -> bool:
        return self._listed("roles", target)

    def _listed(self, kind: str, target: int) -> bool:
        if self._given is None or kind in self._parsed:
            return True
        return str(target) in {str(each) for each in self._given.get(kind) or ()}


def _shown_texts(components: list[JSON]) -> Iterator[str]:
    for component in components:
        if component.get("type") == _TEXT_DISPLAY:
            yield component.get("content", "")
        yield from _shown_texts(component.get("components") or [])
