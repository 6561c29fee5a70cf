"""What is said about what stands beside a raid: to officers about threads, events and roles, to raiders out loud."""

from collections.abc import Iterator, Sequence

from bot.domain.event import LONGEST_TITLE, Event, SheetKind
from bot.domain.ids import RoleId, UserId
from bot.domain.mirrors import MirrorKind, cut, units
from bot.render.texts import safe, stamp

LONGEST_MESSAGE = 2000
LONGEST_WHY = 600
LONGEST_ANNOUNCEMENT = 1500
REPOST = "Repost it"
CANCEL = "Cancel the raid"

IN_THE_WAY = {
    MirrorKind.SHEET: "its sheet cannot be drawn anew, so it shows what was",
    MirrorKind.THREAD: "its thread does not follow",
    MirrorKind.DISCORD_EVENT: "its Discord event does not follow",
    MirrorKind.ROLE: "its role does not follow",
}
DELETED = {
    MirrorKind.THREAD: "its thread was deleted",
    MirrorKind.DISCORD_EVENT: "its Discord event was deleted or ended",
    MirrorKind.ROLE: "its role was deleted",
}
FULL = (
    "Discord holds 100 scheduled events a server, and this one has them. "
    "The soonest raid without one gets its own when another ends; nothing needs to be done."
)


def trouble(event: Event, kind: MirrorKind, why: str) -> str:
    """To the officers, once, when something beside a raid cannot follow it."""
    # Without `safe`: it is our own sentence, with a name we made safe; Discord's are plain.
    return f"⚠️ {_which(event)}: {IN_THE_WAY[kind]}. {cut(why, LONGEST_WHY)}{_where(event)}"


def deleted(event: Event, kind: MirrorKind) -> str:
    """To the officers, once, when somebody deleted what stood beside a raid."""
    return f"{_which(event)}: {DELETED[kind]}, so I make no other. The sheet stands as it did.{_where(event)}"


def missing(names: Sequence[str]) -> str:
    """Why Discord refused, as far as permissions say it."""
    return f"I need {', '.join(f'**{name}**' for name in names)}: give my role that, and the next change mends it."


def too_high(name: str) -> str:
    """Why Discord refused to give, take or change a role although the permission is there."""
    return (
        f"My own role must stand above **{safe(name[:LONGEST_TITLE])}**: drag it up under Server Settings, Roles, "
        "and the next change mends it."
    )


ROLES_FULL = "Discord holds 250 roles a server, and this one has them: delete one, and the next change mends it."
UNCLEAR = "Discord refused, and I cannot see why: look whether my role may do that there."


def lost(event: Event) -> str:
    """The question about a sheet that somebody deleted."""
    where = " on Raid-Helper" if event.sheet is SheetKind.RAID_HELPER else ""
    return (
        f"🗑️ The sheet of {_which(event)}{where} was deleted. Shall it stand again? Everybody who signed up is kept, "
        "and nobody is pinged."
    )


def reposted(event: Event, by: UserId) -> str:
    """What the question turns into."""
    return f"The sheet of {_which(event)} comes back: <@{by}> had it posted again."


def lost_cancelled(event: Event, by: UserId) -> str:
    """What the question turns into when nobody wants the sheet back."""
    series = " A cancelled raid books no successor." if event.series_id is not None else ""
    return f"{_which(event)} was cancelled by <@{by}>; its sheet stays deleted.{series}"


def rings(roles: Sequence[RoleId]) -> str | None:
    """Above a sheet that rings roles when it is posted; None when it rings nobody."""
    mentions = [f"<@&{role}>" for role in roles]
    return " ".join(_within(mentions, LONGEST_MESSAGE)) or None


def announcement(event: Event, text: str, rung: Sequence[UserId]) -> Sequence[tuple[str, Sequence[UserId]]]:
    """The messages of `/raid announce`, each with whom it rings: the text first, then whom it had no room for."""
    head = f"📣 {_which(event)}\n{cut(text, LONGEST_ANNOUNCEMENT)}"
    found: list[tuple[str, Sequence[UserId]]] = []
    rest = list(rung)
    while rest or not found:
        begun = "" if found else f"{head}\n"
        fits = list(_within([f"<@{one}>" for one in rest], LONGEST_MESSAGE - units(begun)))
        found.append(((begun + " ".join(fits)).strip(), rest[: len(fits)]))
        rest = rest[len(fits) :]
    return found


def announced(event: Event, *, ring: bool) -> str:
    """After `/raid announce`."""
    where = f"<#{event.thread_id or event.channel_id}>"
    whom = "everybody who has a seat is pinged" if ring else "nobody is pinged"
    return f"Your message about {_which(event)} appears in {where}; {whom}."


def _within(words: Sequence[str], room: int) -> Iterator[str]:
    """As many words, with a blank between, as there is room for."""
    for word in words:
        room -= len(word) + 1
        if room < -1:
            return
        yield word


def _which(event: Event) -> str:
    return f"**{safe(event.title[:LONGEST_TITLE])}** ({stamp(event.starts_at, 'f')})"


def _where(event: Event) -> str:
    return f"\n{event.link}" if event.link else ""
