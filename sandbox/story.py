"""One raid night on the local Discord, played by the unmodified bot. A step that does not happen ends the story."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.cast import RAIDERS, Raider
from sandbox.discord import wire
from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.markup import Reader
from sandbox.discord.screen import render_message
from sandbox.discord.world import Channel, Guild, Message
from sandbox.local import PATIENCE, Local

ZONE = ZoneInfo("Europe/Berlin")
BEGINNING = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
"""A Monday evening; the raid is on Wednesday at 20:00."""

START = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
SEATS = 30
NATIVE, ELSEWHERE = "Heroic Wednesday", "Mythic Wednesday"
"""The two series, the second on Raid-Helper."""
SEATED = ("Sign up", "Late")
"""The answers that hold a seat, so that they ask for a class."""

KEY = "the-sandbox-guilds-raid-helper-key"
ANNOUNCEMENT = "📅 Next week's raid has been posted! Sign up here:\n"
WEEK = timedelta(days=7)


class StepMissingError(AssertionError):
    """Something the story tells did not happen."""


def must(happened: object, what: str) -> None:
    """Raise StepMissingError unless it happened."""
    if not happened:
        raise StepMissingError(what)


@dataclass
class Stage:
    """The guild, and where the story has got to."""

    local: Local
    guild: Guild
    raids: Channel
    mythic: Channel
    officers: Channel
    officer: Hand
    raiders: list[Hand] = field(default_factory=list[Hand])

    def tell(self, heading: str) -> None:
        """Begin a step."""
        now = self.local.clock.now().astimezone(ZONE)
        print(f"\n━━ {now:%a %d %b, %H:%M} ━━ {heading}\n")

    def show(self, message: Message) -> None:
        """Print a message as its channel shows it."""
        body = wire.message(message, self.local.discord.application_id)
        print(render_message(body, now=self.local.clock.now(), names=self.name_of, zone=ZONE))

    def say(self, what: str, answer: Answer) -> None:
        """Print what a member did and the answer only they see."""
        text = Reader(ZONE, self.local.clock.now(), self.name_of).read(answer.content)
        print("\n".join([what, *(f"   {line}" for line in text.splitlines())]))

    def name_of(self, snowflake: str) -> str | None:
        """What the member, role or channel of this id is called."""
        number = int(snowflake)
        member = self.guild.members.get(number)
        if member:
            return member.user.global_name or member.user.name
        named = self.guild.channels.get(number) or self.guild.roles.get(number)
        return named.name if named else None

    def newest(self, channel: Channel) -> Message:
        """The last message of a channel."""
        messages = self.local.discord.messages(channel)
        must(messages, f"#{channel.name} is empty")
        return messages[-1]


async def play(local: Local) -> None:
    """Tell the whole story. Raises StepMissingError when a step did not happen."""
    stage = _set(local)
    await _officer_sets_up(stage)
    await _officer_creates_series(stage)
    await _forty_click(stage)
    await _a_seat_opens(stage)
    await _reminders_go_out(stage)
    await _raid_starts(stage)
    await _raid_ends(stage)
    await _the_chain_goes_on(stage)
    must(not local.discord.violations, f"the bot sent what Discord refuses: {local.discord.violations}")
    requests, clicks = len(local.discord.calls), len(local.discord.transcript.lines) // 2
    print(f"\nThe night is over: {clicks} interactions, {requests} requests to Discord, none refused.")


def _set(local: Local) -> Stage:
    """A guild with an officer, forty raiders and three channels."""
    discord = local.discord
    guild = discord.add_guild("Night Watch")
    raids, mythic, officers = (discord.add_text_channel(guild, name) for name in ("raids", "mythic", "officers"))
    raider, officer = discord.add_role(guild, "Raider"), discord.add_role(guild, "Officer")
    owner = discord.hand(guild.members[guild.owner_id], officers)
    stage = Stage(local, guild, raids, mythic, officers, owner)
    local.raid_helper.servers[guild.id] = KEY
    for one in RAIDERS:
        member = discord.add_member(guild, one.name, roles=[raider])
        local.raid_helper.meet(member.user.id, one.name)
        stage.raiders.append(discord.hand(member, raids))
    leader = discord.add_member(guild, "Sela", roles=[officer, raider])
    local.raid_helper.meet(leader.user.id, "Sela")
    stage.officer = discord.hand(leader, officers)
    return stage


async def _officer_sets_up(stage: Stage) -> None:
    stage.tell("The owner sets Muster up")
    owner = stage.local.discord.hand(stage.guild.members[stage.guild.owner_id], stage.officers)
    role = next(one for one in stage.guild.roles.values() if one.name == "Officer")
    answer = await owner.slash(
        "raid setup",
        channel=stage.raids,
        timezone=ZONE.key,
        officer_role=role,
        officer_channel=stage.officers,
    )
    stage.say("/raid setup", answer)
    must(ZONE.key in answer.text, "the server was not set up")
    answer = await owner.submit(await owner.slash("raidhelper connect"), key=KEY)
    stage.say("/raidhelper connect", answer)
    must("connected" in answer.text, "Raid-Helper was not connected")
    await _rank(stage)


async def _rank(stage: Stage) -> None:
    """The host gives the Raider role a rank that is signed up beforehand."""
    raider = next(one for one in stage.guild.roles.values() if one.name == "Raider")
    await stage.local.db.execute(
        "INSERT INTO common.guild_ranks (guild_discord_id, name, level, discord_role_id) VALUES ($1, 'Raider', 2, $2)",
        stage.guild.id,
        raider.id,
    )


async def _officer_creates_series(stage: Stage) -> None:
    stage.tell("An officer creates two weekly raids")
    [understood, *_] = await stage.officer.autocomplete("raid create", "when", typed="wed 20:00")
    print(f"while typing `when: wed 20:00`, Discord shows: {understood.name}\n")
    native = await _add_series(stage, NATIVE, stage.raids, "native", SEATS)
    stage.say("/raid series add, Muster's own sheet", native)
    elsewhere = await _add_series(stage, ELSEWHERE, stage.mythic, "raid-helper", None)
    stage.say("/raid series add, on Raid-Helper", elsewhere)
    await stage.local.settle()
    print("\n#raids, before anybody has answered:\n")
    stage.show(stage.newest(stage.raids))
    must(len(stage.local.raid_helper.events) == 1, "Raid-Helper did not get its event")


async def _add_series(stage: Stage, title: str, channel: Channel, sheet: str, limit: int | None) -> Answer:
    return await stage.officer.slash(
        "raid series add",
        title=title,
        weekday="Wednesday",
        time="20:00",
        duration="3h",
        channel=channel,
        limit=limit,
        sheet=sheet,
    )


async def _forty_click(stage: Stage) -> None:
    stage.tell("Forty members click")
    sheet = stage.newest(stage.raids)
    first, *others = zip(stage.raiders, RAIDERS, strict=True)
    with _interactions(stage, 3, "Arila comes first and presses three times: the button, her class, her spec"):
        answers = [await _sign_up(first[0], sheet, first[1])]
    answers += await asyncio.gather(*(_sign_up(hand, sheet, raider) for hand, raider in others))
    queued = [answer for answer in answers if "queue" in answer.text]
    must(len(queued) == _coming() - SEATS, f"{len(queued)} people queue instead of {_coming() - SEATS}")
    await stage.local.pass_time(timedelta(seconds=2))
    print("\n#raids, on a computer:\n")
    stage.show(sheet)
    must(f"{SEATS}/{SEATS}" in sheet.embeds[0]["description"], "the sheet does not count the seats")


async def _sign_up(hand: Hand, sheet: Message, raider: Raider) -> Answer:
    """The buttons a member presses the first time; afterwards one click is enough."""
    answer = await hand.click(sheet, raider.answer)
    if raider.answer in SEATED:
        answer = await hand.select(answer, [raider.game_class])
        answer = await hand.select(answer, [raider.spec])
    return answer


async def _a_seat_opens(stage: Stage) -> None:
    stage.tell("A member withdraws, and the first in the queue moves up")
    sheet = stage.newest(stage.raids)
    leaving = stage.raiders[0]
    before = {hand.actor.id for hand in stage.raiders if stage.local.discord.dms(hand.actor)}
    stage.say("My sign-up → Withdraw", await leaving.click(await leaving.click(sheet, "My sign-up"), "Withdraw"))
    await stage.local.pass_time(timedelta(seconds=2))
    told = [hand for hand in stage.raiders if stage.local.discord.dms(hand.actor) and hand.actor.id not in before]
    must(len(told) == 1, f"{len(told)} people were told that they moved up instead of one")
    print(f"\nDM to {stage.name_of(str(told[0].actor.id))}:\n")
    stage.show(stage.local.discord.dms(told[0].actor)[-1])


async def _reminders_go_out(stage: Stage) -> None:
    stage.local.clock.set(START - timedelta(hours=1))
    stage.tell("An hour before the raid, everybody who comes is reminded")
    for _ in range(_coming() // 5 + 2):
        await stage.local.pass_time(timedelta(seconds=1))
    reminded = [one for hand in stage.raiders if (one := _reminder(stage, hand))]
    must(len(reminded) == _coming() - 1, f"{len(reminded)} people were reminded instead of {_coming() - 1}")
    queued = next(one for one in reminded if "queue" in one.content)
    for whose, message in (("a raider", reminded[0]), ("the first in the queue", queued)):
        print(f"\nDM to {whose}:\n")
        stage.show(message)
    leader = _reminder(stage, stage.officer)
    elsewhere = _reminder(stage, stage.officer, ELSEWHERE)
    if leader is None or elsewhere is None:
        raise StepMissingError("the leader was not reminded of both raids")
    print("\nDM to the leader, who leads the raid on Raid-Helper, too:\n")
    stage.show(leader)
    stage.show(elsewhere)


def _reminder(stage: Stage, hand: Hand, raid: str = NATIVE) -> Message | None:
    """The reminder of that raid in somebody's direct messages, which must be one."""
    found = [one for one in stage.local.discord.dms(hand.actor) if "⏰" in one.content and raid in one.content]
    must(len(found) <= 1, "somebody was reminded twice")
    return found[0] if found else None


async def _raid_starts(stage: Stage) -> None:
    await _core_is_invited(stage)
    this_week = _sheet(stage)
    await _arrive(stage, START)
    must("Under way" in this_week.embeds[0]["description"], "the raid did not start")
    stage.tell("The raid starts: its sheet says so, and its buttons are dead")
    print(_status_line(stage, this_week))
    stage.local.clock.set(START + timedelta(minutes=12))
    await _eventually(stage.local, lambda: _announced(stage, 2), "next week's two sheets were not announced")
    stage.tell("The raid has been running for twelve minutes: next week's sheets stand")
    announcements = [one for one in stage.local.discord.messages(stage.raids) if one.content.startswith(ANNOUNCEMENT)]
    for announcement in announcements:
        stage.show(announcement)
    print("\n#raids, next week's sheet, pre-filled:\n")
    next_sheet = _sheet(stage)
    stage.show(next_sheet)
    print("\n#mythic, next week's Raid-Helper event:\n")
    stage.show(stage.newest(stage.mythic))
    await _check_booked(stage, START + WEEK, 2)
    with _interactions(stage, 1, "Arila signs up for next week, too: one press, because Muster remembers her"):
        answer = await stage.raiders[0].click(next_sheet, "Sign up")
    must("Holy Paladin" in answer.text, "Arila was not remembered")


async def _arrive(stage: Stage, moment: datetime) -> None:
    """Let that moment come, and the sheet follow."""
    stage.local.clock.set(moment)
    await stage.local.settle()
    await stage.local.pass_time(timedelta(seconds=2))


def _sheet(stage: Stage) -> Message:
    """The sheet that was posted last in #raids."""
    return [one for one in stage.local.discord.messages(stage.raids) if one.components][-1]


def _status_line(stage: Stage, sheet: Message) -> str:
    """What the sheet says of how far the raid is."""
    lines = sheet.embeds[0]["description"].splitlines()
    said = [line for line in lines if line.startswith(("▶️", "🏁"))]
    must(len(said) == 1, "the sheet does not say how far the raid is")
    return Reader(ZONE, stage.local.clock.now(), stage.name_of).read(said[0])


async def _raid_ends(stage: Stage) -> None:
    this_week = next(one for one in stage.local.discord.messages(stage.raids) if one.components)
    await _arrive(stage, START + timedelta(hours=3))
    must("**Over**" in this_week.embeds[0]["description"], "the raid did not end")
    stage.tell("The raid is over")
    print(_status_line(stage, this_week))


@contextmanager
def _interactions(stage: Stage, count: int, what: str) -> Iterator[None]:
    """Print what went to and fro meanwhile, and hold it to that many interactions."""
    transcript = stage.local.discord.transcript
    lines, before = len(transcript.lines), transcript.interactions
    yield
    print("\n".join([f"\n{what}", *(f"   {line}" for line in transcript.lines[lines:])]))
    must(transcript.interactions - before == count, f"it took {transcript.interactions - before} presses, not {count}")


async def _core_is_invited(stage: Stage) -> None:
    """Half of the raiders have asked to be signed up every week."""
    await stage.local.db.execute("UPDATE guild_identity.players SET auto_invite_events = TRUE WHERE id % 2 = 0")


async def _the_chain_goes_on(stage: Stage) -> None:
    for week in (2, 3):
        start = START + (week - 1) * WEEK
        stage.local.clock.set(start + timedelta(minutes=12))
        await _eventually(
            stage.local, lambda count=2 * week: _announced(stage, count), f"week {week + 1} was not booked"
        )
        await _check_booked(stage, start + WEEK, 2)
    stage.tell("Weeks three and four have booked themselves, too")
    answer = await stage.officer.slash("raid list")
    stage.say("/raid list", answer)


async def _check_booked(stage: Stage, start: datetime, sheets: int) -> None:
    rows = await stage.local.db.fetch(
        """
        SELECT event.sheet, event.auto_booked, (SELECT count(*) FROM patt.raid_attendance a
            WHERE a.event_id = event.id AND a.source = 'auto') AS pre_filled
        FROM patt.raid_events event WHERE start_time_utc = $1
        """,
        start,
    )
    must(len(rows) == sheets, f"{len(rows)} raids stand at {start} instead of {sheets}")
    must(all(row["auto_booked"] and row["pre_filled"] for row in rows), "a booked sheet lacks its flag or its sign-ups")


def _announced(stage: Stage, count: int) -> bool:
    said = [one.content for one in stage.local.discord.messages(stage.raids)]
    return sum(text.startswith(ANNOUNCEMENT) for text in said) == count


async def _eventually(local: Local, happened: Callable[[], bool], what: str) -> None:
    """Wait for the bot's own loops, which run in real time."""
    for _ in range(int(PATIENCE / 0.05)):
        await local.settle()
        if happened():
            return
        await asyncio.sleep(0.05)
    raise StepMissingError(what)


def _coming() -> int:
    return sum(one.answer in SEATED for one in RAIDERS)
