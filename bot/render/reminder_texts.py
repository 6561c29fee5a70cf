"""What people are told about raids they come to, lead, or have not answered; and how they choose what they are told."""

from collections.abc import Mapping, Sequence

from bot.domain.durations import show_lead_times
from bot.domain.event import LONGEST_TITLE, Event, EventStatus, SheetKind
from bot.domain.ids import RoleId, UserId
from bot.domain.notice import OF_PLACE, Notice, Tidings
from bot.domain.reminders import Habits, Quiet, Way
from bot.domain.setting_kinds import Hours
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.render.texts import notice, safe, signed_up, stamp

STILL_COMING = "Still coming"
CANNOT = "Can't"
STOP = "-# `/me reminders` changes how you are reminded, or stops it."
WHY_UNSIGNED = (
    "-# You get this because you are expected there and have not answered. "
    "`/me reminders by:off` stops it, `/me away` says when you are not there."
)
LONGEST_LIST = 1500


def direct(news: Tidings, user_id: UserId) -> str:
    """One person's news."""
    if news.notice is Notice.LATE_CHANGE:
        return _late_change(news, user_id)
    if news.notice in OF_PLACE:
        return notice(news.notice, news.sheet, news.of(user_id))
    return "\n".join(filter(None, [_said(news), _own(news, user_id), _link(news.sheet.event), _foot(news.notice)]))


def naming(news: Tidings, users: Sequence[UserId]) -> str:
    """The same in the channel, for those it names; one who is alone reads it in full."""
    pings = " ".join(f"<@{one}>" for one in users)
    if len(users) == 1 and news.notice not in (Notice.INVITES, Notice.UNSIGNED):
        return f"{pings} {direct(news, users[0])}"
    queued = {one.sign_up.user_id for one in news.sheet.roster.queued}
    waiting = " ".join(f"<@{one}>" for one in users if one in queued)
    marked = f"In the queue: {waiting}" if waiting and len(users) <= _MOST_MARKED else ""
    return "\n".join(filter(None, [_said(news), pings, marked, _link(news.sheet.event), _foot(news.notice)]))


_MOST_MARKED = 25
"""Beyond that, naming the queue twice would not fit into a message."""


def _said(news: Tidings) -> str:
    event = news.sheet.event
    raid, start = f"**{safe(event.title[:LONGEST_TITLE])}**", stamp(event.starts_at)
    reason = f" {safe(event.cancel_reason)[:300]}" if event.cancel_reason else ""
    return {
        Notice.REMINDER: f"⏰ {raid} starts {stamp(event.starts_at, 'R')}, {start}.",
        Notice.INVITES: f"📨 Invites to {raid} go out now; it starts {stamp(event.starts_at, 'R')}.",
        Notice.UNSIGNED: f"❔ {raid}, {start}: you have not answered yet. Sign up, or say that you cannot come.",
        Notice.CANCELLED: f"❌ {raid}, {start}, was cancelled.{reason}",
        Notice.REVIVED: f"✅ {raid}, {start}, takes place after all, and all answers stand.",
        Notice.RETIMED: f"📅 {raid} was moved: it starts {start}, {stamp(event.starts_at, 'R')}. Do you still come?",
        Notice.JOINED: f"📝 You signed up for {raid}, {start}.\n{news.extra[:_LONGEST_EXTRA]}",
    }[news.notice]


_LONGEST_EXTRA = 1000


def _own(news: Tidings, user_id: UserId) -> str:
    """Where the reader stands, and that they lead."""
    placed = news.of(user_id)
    leads = f"👑 You lead it: {_counted(news.sheet)}." if news.leads(user_id) else ""
    if news.notice not in (Notice.REMINDER, Notice.RETIMED, Notice.REVIVED):
        return ""
    return " ".join(filter(None, [signed_up(news.sheet.template, placed) if placed else "", leads]))


def _counted(sheet: Sheet) -> str:
    seats = f" of {sheet.event.total_limit}" if sheet.event.total_limit else ""
    queue = f", {len(sheet.roster.queued)} in the queue" if sheet.roster.queued else ""
    return f"{len(sheet.roster.seated)}{seats} come{queue}"


def _late_change(news: Tidings, user_id: UserId) -> str:
    """To the leader: somebody who would have come does not, or comes late."""
    placed, event = news.of(user_id), news.sheet.event
    choice = placed.sign_up.choice if placed else None
    label = news.sheet.template.labels.get(choice, choice.value) if choice else ""
    what = "comes late to" if choice is Choice.LATE else "does not come to"
    now = f" They answered **{safe(label)}**." if choice and choice is not Choice.LATE else ""
    raid = f"**{safe(event.title[:LONGEST_TITLE])}**, {stamp(event.starts_at)}"
    said = f"🔔 **{safe(news.extra[:LONGEST_TITLE])}** {what} {raid}.{now} {_counted(news.sheet)}."
    return "\n".join(filter(None, [said, _link(event)]))


def _foot(what: Notice) -> str:
    if what is Notice.UNSIGNED:
        return WHY_UNSIGNED
    return STOP if what in (Notice.REMINDER, Notice.INVITES, Notice.JOINED) else ""


def _link(event: Event) -> str:
    gone = event.sheet is SheetKind.RAID_HELPER and event.status is EventStatus.CANCELLED
    return "" if gone else event.link or ""


# ---------------------------------------------------------------- answers to commands and buttons


def reminding(event: Event) -> str:
    """After `/raid remind`."""
    return (
        f"Whoever comes to **{safe(event.title)}** is reminded now, the queue and the leader too, each by the way "
        "they chose. Who wants no reminders gets none."
    )


def stays(event: Event) -> str:
    """After `Still coming`."""
    return f"Thanks, you stay on the sheet of **{safe(event.title)}**, {stamp(event.starts_at)}."


def goes(event: Event) -> str:
    """After `Can't`."""
    return (
        f"You are not counted in for **{safe(event.title)}**, {stamp(event.starts_at)}. "
        "The sheet's buttons bring you back any time."
    )


def unsigned(
    event: Event,
    people: Mapping[UserId, str],
    unconfirmed: Mapping[UserId, str],
    roles: Sequence[RoleId],
    *,
    by_role: bool,
    pinged: bool,
) -> str:
    """The answer to `/raid unsigned`."""
    raid = f"**{safe(event.title)}**, {stamp(event.starts_at)}"
    lines = [f"Everybody expected has answered {raid}."]
    if people:
        lines = [f"{len(people)} have not answered {raid}:", _listed(people)]
    if unconfirmed:
        lines += ["Since it was moved, these have not said whether they still come:", _listed(unconfirmed)]
    if pinged:
        lines.append("They are told now, each by the way they chose.")
    lines.append(_expected(roles, by_role=by_role))
    return "\n".join(lines)


def _expected(roles: Sequence[RoleId], *, by_role: bool) -> str:
    if by_role:
        return f"-# Expected is whoever holds {' '.join(f'<@&{one}>' for one in roles)}, unless they are away."
    if roles:
        return (
            "-# I may not see who holds the raider role: that takes the Server Members intent, which whoever hosts me "
            "switches on (`MEMBERS_INTENT=true`). So everybody I know as an active player counts as expected."
        )
    return "-# Expected is everybody I know as an active player; `/settings` can name raider roles instead."


def _listed(people: Mapping[UserId, str]) -> str:
    """Their names, as many as there is room for."""
    names = [safe(name) for name in people.values()]
    shown = [one for number, one in enumerate(names, 1) if len(", ".join(names[:number])) <= LONGEST_LIST // 2]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" … and {rest} more" if rest else "")


_BY = {Way.DIRECT: "by direct message", Way.CHANNEL: "by name in the raid's channel", Way.OFF: "not at all"}


def habits(own: Habits, way: Way, leads: Sequence[int], quiet: Quiet | None) -> str:
    """The answer to `/me reminders`: what holds for the member here; `way`, `leads`, `quiet` are the server's."""
    usual = " (as the server does)"
    chosen = _BY[own.way or way] + ("" if own.way else usual)
    minutes = (own.minutes,) if own.minutes else tuple(leads)
    when = show_lead_times(minutes) + (" before the start" if minutes else "") + ("" if own.minutes else usual)
    silent = own.quiet or quiet
    hours = (Hours().show(silent) if silent else "none") + ("" if own.quiet else usual)
    return "\n".join(
        [
            f"You are reminded {chosen}.",
            f"When: {when}; a raid may have its own.",
            f"Quiet hours: {hours}. What comes then waits until they end, as long as that is before the raid.",
            "That a raid is moved or cancelled, or your place changes, you always hear.",
        ]
    )
