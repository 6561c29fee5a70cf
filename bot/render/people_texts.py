"""What officers read about people and ranks, and what members read about their days away."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.auto_invite import CORE_RANK
from bot.domain.away import Away
from bot.domain.character import Character
from bot.domain.event import LONGEST_TITLE, Event
from bot.domain.people import Person, Profile
from bot.domain.rank import Rank
from bot.domain.template import Template
from bot.render.mine_texts import character_line
from bot.render.texts import safe, stamp

LONGEST_MESSAGE = 1900
MOST_RAIDS = 12
"""Raids one answer names."""

# ---------------------------------------------------------------- people


def profile(
    found: Profile, characters: Sequence[Character], games: Mapping[str, Template], away: Sequence[Away]
) -> str:
    """The answer to `/player show`."""
    person = found.person
    account = f"<@{person.user_id}>" if person.user_id else "no Discord"
    lines = [f"**{safe(person.name)}** · {account}", _rank(found), _on_booked_sheets(found)]
    if found.on_hiatus:
        lines.append("On hiatus until further notice.")
    lines += [f"Away {span(one)}" for one in away]
    lines += [
        f"{'⭐' if one.is_main else '▫️'} {safe(character_line(one, games.get(one.game)))} · {safe(one.game)}"
        for one in characters
    ] or ["No character is known."]
    if found.attended:
        lines.append(f"Seen at {found.attended} raid{'' if found.attended == 1 else 's'}.")
    return _fitting(lines)


def _rank(found: Profile) -> str:
    if found.rank is None:
        return "No rank: booked sheets leave them out. A role mapped with `/player rank set`, or `/player rank give`."
    return f"Rank: {safe(found.rank)}, level {found.level}"


def _on_booked_sheets(found: Profile) -> str:
    if not found.active:
        return "Not active: on no list, and on no booked sheet. `/player active` takes them back."
    if found.level is None:
        return f"Invited: {'yes' if found.auto_invite else 'no'}"
    if found.level < CORE_RANK:
        return f"On booked sheets: bench (level {CORE_RANK} and up is core)"
    return f"On booked sheets: {'coming' if found.auto_invite else 'tentative, until `/player invite`'}"


def changed(found: Profile) -> str:
    """After `/player invite`, `active` or `rank give`."""
    return f"**{safe(found.person.name)}** · {_rank(found)}\n{_on_booked_sheets(found)}"


def linked(name: str, person: Person, sheets: int) -> str:
    """After `/player link`."""
    ahead = f" They are on {sheets} sheet{'' if sheets == 1 else 's'} ahead by that name's answer." if sheets else ""
    return f"**{safe(name)}** is <@{person.user_id}> now, with sign-ups, characters and history.{ahead}"


def on_hiatus(person: Person, away: Away | None, absent: Sequence[Event]) -> str:
    """After `/player hiatus`."""
    how = f"away {span(away)}" if away else "on hiatus until further notice"
    lines = [f"**{safe(person.name)}** is {how}. Sheets booked for then have them as absent."]
    if absent:
        lines += ["On these they are absent from now on, and whoever moves up is told:", *_raids(absent)]
    return _fitting(lines)


def back_from_hiatus(person: Person, raids: Sequence[Event]) -> str:
    """After `/player hiatus on:False`."""
    lines = [f"**{safe(person.name)}** is back."]
    if raids:
        lines += ["These sheets still have them as absent: they sign up again, or `/raid add` does.", *_raids(raids)]
    return _fitting(lines)


# ---------------------------------------------------------------- ranks


def ranks(found: Sequence[tuple[Rank, int]], *, synced: bool) -> str:
    """The answer to `/player rank list`; `synced`: the bot sees members change."""
    if not found:
        return (
            "No ranks yet. `/player rank set name:Raider level:2 role:@Raider` maps a role to one; "
            "booked sheets are filled in with whoever has a rank and a main character."
        )
    lines = [f"`{one.level}` **{safe(one.name)}** · {_role(one)} · {count} active" for one, count in found]
    return _fitting(
        [
            *lines,
            f"Level {CORE_RANK} and up is core: coming when invited, else tentative. Below: bench.",
            follows(synced=synced),
        ]
    )


def rank_set(rank: Rank, *, synced: bool, count: int) -> str:
    """After `/player rank set`; `count` is how many members have another rank or name since."""
    moved = f" {count} people were looked up and follow." if synced and count else ""
    return f"**{safe(rank.name)}** is level {rank.level}, {_role(rank)}.{moved}\n{follows(synced=synced)}"


def follows(*, synced: bool) -> str:
    """When people get the rank of their roles."""
    if synced:
        return "Ranks and names follow the roles and nicknames as they change in Discord."
    return (
        "People get the rank of their roles when they next answer a sheet. To have ranks and names follow at once, the "
        "host switches on the Server Members intent in Discord's developer portal and sets `MEMBERS_INTENT=true`."
    )


def rank_removed(rank: Rank, had: int) -> str:
    """After `/player rank remove`."""
    return f"**{safe(rank.name)}** is gone.{f' {had} people had it and have no rank now.' if had else ''}"


def rank_choice(rank: Rank) -> str:
    """A rank in a list of choices."""
    return f"{rank.name} · level {rank.level}"


def _role(rank: Rank) -> str:
    return f"<@&{rank.role_id}>" if rank.role_id else "given by hand"


# ---------------------------------------------------------------- one's own days away


def span(one: Away) -> str:
    """From when to when, and the note: "from Thu 24 Dec to Fri 1 Jan 2027 · skiing"."""
    note = f" · {safe(one.note)}" if one.note else ""
    if one.first == one.last:
        return f"on {_day(one.last, year=True)}{note}"
    return f"from {_day(one.first, year=one.first.year != one.last.year)} to {_day(one.last, year=True)}{note}"


def _day(day: date, *, year: bool) -> str:
    return f"{day:%a} {day.day} {day:%b}{f' {day.year}' if year else ''}"


def span_choice(one: Away) -> str:
    """An absence in a list of choices."""
    return f"{_day(one.first, year=False)} to {_day(one.last, year=True)}{f' · {one.note}' if one.note else ''}"


def spans(found: Sequence[Away]) -> str:
    """The answer to `/me away list`."""
    if not found:
        return "You are not away. `/me away add` says when you are; the sheets of those days follow."
    return _fitting([f"Away {span(one)}" for one in found])


def gone_away(one: Away, absent: Sequence[Event], closed: Sequence[Event]) -> str:
    """After `/me away add`."""
    lines = [f"You are away {span(one)}. Sheets that are filled in beforehand have you as absent then."]
    if absent:
        lines += ["On these you are absent from now on:", *_raids(absent)]
    if closed:
        lines += ["These sheets are closed, so tell an officer:", *_raids(closed)]
    return _fitting(lines)


def back_again(one: Away, raids: Sequence[Event]) -> str:
    """After `/me away remove`."""
    lines = [f"You are not away {span(one)} any more."]
    if raids:
        lines += ["Your answers do not come back by themselves; sign up again here, if you come:", *_raids(raids)]
    return _fitting(lines)


def _raids(raids: Sequence[Event]) -> list[str]:
    lines = [
        f"- {f'[{safe(one.title[:LONGEST_TITLE])}]({one.link})' if one.link else safe(one.title[:LONGEST_TITLE])} "
        f"{stamp(one.starts_at, 'f')}"
        for one in raids[:MOST_RAIDS]
    ]
    return [*lines, *([f"… and {len(raids) - MOST_RAIDS} more"] if len(raids) > MOST_RAIDS else [])]


def _fitting(lines: Sequence[str]) -> str:
    """As many lines as one message takes."""
    shown = [line for count, line in enumerate(lines) if len("\n".join(lines[: count + 1])) <= LONGEST_MESSAGE]
    return "\n".join([*shown, *([f"… and {len(lines) - len(shown)} more lines"] if len(lines) > len(shown) else [])])
