"""What officers read about templates."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import discord

from bot.domain.durations import show_duration
from bot.domain.event import Event
from bot.domain.gates import Gates, Method
from bot.domain.ids import EventId, GuildId, RoleId
from bot.domain.roster import Roster
from bot.domain.sheet import Sheet
from bot.domain.template import GameClass, Role, Template
from bot.render.sheet import cut, sheet_embed, units
from bot.render.texts import safe

LONGEST_RULES = 1800
LONGEST_LIST = 3900
LISTED_TITLES = (100, 50, 30, 15)
"""How long a title in the list may be: the first at which everything fits."""
METHODS = {
    Method.SELF: "first come, first served",
    Method.HOST: "officers alone put people in",
    Method.WAITING: "whoever signs up waits until an officer puts them in",
    Method.PRIORITY: "by Discord role, then first come",
}
USUAL_DURATION = 60

NEW_TITLE = "A new template"
TRY_AGAIN = "Mend it"
NAME, NAME_HINT = "Name", "What you type into template:, such as heroic"
TITLE, TITLE_HINT = "Title", "What people read, such as Heroic raids"
EMOJI, EMOJI_HINT = "Emoji", "Beside every sheet's title"
ROLES, ROLES_HINT = "Roles, one a line", "Name, emoji, and a limit if there is one"
ROLES_EXAMPLE = "Tank 🛡️ 2\nHealer 💚 4\nDPS ⚔️"
CLASSES, CLASSES_HINT = "Classes, one a line", "Class, emoji: its specs and their roles. Empty: people choose a role"
CLASSES_EXAMPLE = "Paladin 🔨: Holy=Healer, Protection=Tank\nRogue 🗡️: Outlaw=DPS"


def preview(template: Template, guild_id: GuildId, now: datetime) -> discord.Embed:
    """The template's sheet as it looks before anybody answers, an evening in a week's time."""
    starts_at = (now + timedelta(days=7)).astimezone(UTC).replace(hour=19, minute=0, second=0, microsecond=0)
    length = timedelta(minutes=template.duration_minutes or USUAL_DURATION)
    event = Event(
        EventId(0),
        guild_id,
        template.title,
        starts_at.date(),
        starts_at,
        starts_at + length,
        total_limit=template.limit,
    )
    embed = sheet_embed(Sheet(event, template, Roster()))
    return embed.set_footer(text="A preview: nothing was posted.")


def rules(template: Template) -> str:
    """What the template says in words, within a message."""
    return _fitting([f"{_code(template.name)} **{safe(template.title)}**", *_rules(template)], LONGEST_RULES)


def _rules(template: Template) -> Iterator[str]:
    minimum = f", at least {template.minimum} to take place" if template.minimum else ""
    yield f"Seats: {template.limit or 'any number'}{minimum}"
    yield f"Length: {show_duration(timedelta(minutes=template.duration_minutes or USUAL_DURATION))}"
    yield f"Buttons: {', '.join(f'{safe(word)} ({choice})' for choice, word in template.labels.items())}"
    yield f"Sign-up: {METHODS[template.gates.method]}"
    yield from _gates(template.gates)
    if template.roles:
        yield f"Roles: {', '.join(map(_role, template.roles))}"
    if any(role.wanted for role in template.roles):
        yield f"Officers hear of roles that are short {template.warn_hours} h before the start"
    if template.classes:
        yield f"The sheet is grouped by {template.group_by}, a comp has groups of {template.group_size}"
    for one in template.classes:
        yield f"{_limited(f'{one.emoji} {safe(one.name)}', one.limit)}: {_specs(one)}"


def _specs(game_class: GameClass) -> str:
    """The specs with their roles; one role of them all stands once, behind them."""
    roles = {spec.role for spec in game_class.specs}
    if len(roles) > 1:
        return ", ".join(_limited(f"{safe(one.name)} ({safe(one.role)})", one.limit) for one in game_class.specs)
    names = ", ".join(_limited(safe(one.name), one.limit) for one in game_class.specs)
    role = game_class.specs[0].role
    return names if role == game_class.name else f"{names} ({safe(role)})"


def _gates(gates: Gates) -> Iterator[str]:
    if gates.allowed:
        yield f"Only for: {_mentions(sorted(gates.allowed))}"
    if gates.banned:
        yield f"Not for: {_mentions(sorted(gates.banned))}"
    if gates.priority:
        yield f"First: {_mentions(gates.priority)}, in this order"
    elif gates.method is Method.PRIORITY:
        yield "No role goes first yet: `/template edit priority_roles:` names them"
    if gates.priority and gates.method is not Method.PRIORITY:
        yield "The roles that go first count once the sign-up method is `priority`"


def _mentions(roles: Sequence[RoleId]) -> str:
    return " ".join(f"<@&{role}>" for role in roles)


def _role(role: Role) -> str:
    wanted = f" ≥ {role.wanted}" if role.wanted else ""
    return _limited(f"{role.emoji} {safe(role.name)}{wanted}", role.limit)


def _limited(words: str, limit: int | None) -> str:
    return f"{words} ≤ {limit}" if limit else words


def listing(own: Sequence[Template], shipped: Sequence[Template], default: str) -> discord.Embed:
    """The answer to `/template list`: of many templates the titles are shortened before any is left out."""
    lines = [_lines(own, shipped, default, title) for title in LISTED_TITLES]
    fit = next((one for one in lines if units("\n".join(one)) <= LONGEST_LIST), lines[-1])
    return discord.Embed(title="Templates", description=_fitting(fit, LONGEST_LIST))


def _lines(own: Sequence[Template], shipped: Sequence[Template], default: str, title: int) -> Sequence[str]:
    return [
        f"**This server's own ({len(own)})**",
        *(_listed(one, default, title) for one in own),
        "**Muster's**",
        *(_listed(one, default, title) for one in shipped),
    ]


def _code(name: str) -> str:
    """A name as it is typed, in a box of its own."""
    return f"`{name.replace('`', '')}`"


def _listed(template: Template, default: str, title: int) -> str:
    mark = " · **default**" if template.name == default else ""
    return f"{template.emoji} {_code(template.name)} {safe(cut(template.title, title))}{mark}"


def _fitting(lines: Sequence[str], longest: int) -> str:
    """The lines that fit, the last saying how many are left out."""
    shown = [line for count, line in enumerate(lines, 1) if units("\n".join(lines[:count])) <= longest]
    rest = len(lines) - len(shown)
    return "\n".join([*shown, f"… and {rest} lines more"] if rest else shown)


def copied(template: Template, of: str) -> str:
    """After `/template copy`."""
    return f"{_code(template.name)} is this server's own copy of {_code(of)}. `/template edit` changes it."


def created(template: Template) -> str:
    """After `/template create`."""
    count = len(template.classes)
    what = f"{count} class{'' if count == 1 else 'es'}" if count else "no classes: one press is all it takes"
    return f"{_code(template.name)} stands, with {what}. Choose it under `template:` of `/raid create`."


def edited(template: Template) -> str:
    """After `/template edit`, above the rules as they are now."""
    return f"From the next sheet on; raids that are planned already keep the template they have.\n{rules(template)}"[
        :2000
    ]


def deleted(name: str, shipped_title: str | None) -> str:
    """After `/template delete`."""
    kept = "Raids made with it keep it."
    back = f" {_code(name)} is Muster's **{safe(shipped_title)}** again." if shipped_title else ""
    return f"{_code(name)} is gone from the list. {kept}{back}"


def default(template: Template) -> str:
    """After `/template default`."""
    title = safe(template.title)
    return f"A raid is {_code(template.name)} (**{title}**) from now on, unless it names another template."


def exported(name: str, *, left_out: bool) -> str:
    """Beside an exported file."""
    roles = " Its Discord roles are left out; `with_roles` puts their ids in." if left_out else ""
    return f"{_code(name)} as a file: `/template import` takes it here and in any other server.{roles}"


def imported(template: Template) -> str:
    """After `/template import`, above the rules."""
    return f"{_code(template.name)} is this server's own now.\n{rules(template)}"
