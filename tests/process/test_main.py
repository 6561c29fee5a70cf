"""`python -m bot`, `migrate` and `check` as a host sees them: exit codes, lines on the screen, an orderly end."""

import asyncio
import contextlib
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from muster_process import PATIENCE, REPOSITORY, Host, ended, postgres_of, until
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.domain.health import EVERY, Loop, Worker
from bot.domain.ids import GuildId
from bot.domain.setting import SERVER
from bot.render import health_texts, rights_texts
from bot.services.secrets import SecretBox
from db import Database
from db.embedded import throwaway_parent
from db.migrate import MIGRATIONS
from db.pool import connect, open_pool
from sandbox.discord.permissions import EVERYONE_BY_DEFAULT, Permission
from sandbox.discord.server import DiscordServer
from sandbox.discord.world import Channel, Guild
from sandbox.raid_helper.server import RaidHelperStandIn

UP_TO_DATE = f"ok    Database: reachable and up to date ({max(MIGRATIONS.glob('*.sql')).stem})"

BAD_SETTINGS = 78
KEY = "stand-in-key"
OWN_KEY = Fernet.generate_key().decode()


@pytest.fixture
def host() -> Iterator[Host]:
    # In memory where there is room: making a database on a busy disk takes longer than a test should.
    with tempfile.TemporaryDirectory(prefix="muster-host-", dir=throwaway_parent()) as name:
        folder = Path(name)
        yield Host(folder, {"DATA_DIR": str(folder / "data")})
        for number in postgres_of(folder / "data"):  # a test that failed may have left its server
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGQUIT)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(SystemClock()) as discord:
        yield discord


@pytest.fixture
def guild(discord: DiscordServer) -> Guild:
    return discord.add_guild("Night Watch")


@pytest.fixture
def raids(discord: DiscordServer, guild: Guild) -> Channel:
    return discord.add_text_channel(guild, "raids")


def connected(discord: DiscordServer) -> bool:
    return any(session.live for session in discord.gateway.sessions.values())


async def set_up(dsn: str, guild: Guild, raids: Channel | None, key: str | None = None) -> None:
    """What `/raid setup` and `/raidhelper connect` store."""
    connection = await connect(dsn)
    insert = """
        INSERT INTO common.discord_config (guild_discord_id, raid_channel_id, raid_helper_api_key) VALUES ($1, $2, $3)
    """
    await connection.execute(insert, guild.id, raids.id if raids else None, key)
    await connection.close()


# Before anything is opened


async def test_without_a_token_one_line_says_where_to_get_one(host: Host):
    done = await host.runs()
    assert done.code == BAD_SETTINGS
    assert not done.out
    [line] = done.errors.splitlines()
    assert line.startswith("DISCORD_TOKEN: ")
    assert "discord.com/developers/applications" in line
    assert "make sandbox" in line
    assert not (host.folder / "data").exists()


async def test_without_a_token_the_program_ends_at_once(host: Host):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    await host.runs()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, which other work on the machine does not stretch as it does the wall clock's.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5


async def test_starting_loads_nothing_that_only_charts_and_calendars_need(host: Host):
    heavy = "{'matplotlib', 'numpy', 'PIL', 'icalendar', 'sandbox', 'bench', 'pytest'}"
    code = f"import sys, bot.__main__; print(sorted({heavy} & set(sys.modules)))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "[]"


BAD = [
    ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
    ("LOG_FORMAT", "xml", "text or json"),
    ("MEMBERS_INTENT", "perhaps", "true or false"),
    ("SHARD_COUNT", "0", "from 1 on"),
    ("SHARD_COUNT", "two", "from 1 on"),
    ("SHARD_IDS", "x", "0,1"),
    ("SHARD_IDS", "0", "needs SHARD_COUNT"),
    ("ENCRYPTION_KEY", "short", "Fernet.generate_key()"),
    ("RAID_HELPER_BASE_URL", "http://example.org", "https://"),
    ("RAID_HELPER_BASE_URL", "https://[::1", "https://"),
    ("DISCORD_TOKEN", "two words", "Copy it anew"),
    ("DISCORD_TOKEN", "töken", "Copy it anew"),
    ("DATABASE_URL", "nonsense", "postgresql://user:password@host:5432/database"),
]


@pytest.mark.parametrize(("name", "value", "mend"), BAD)
async def test_a_bad_setting_is_named_with_its_mend(host: Host, name: str, value: str, mend: str):
    done = await host.having(**{"DISCORD_TOKEN": "a.b.c", name: value}).runs()
    assert done.code == BAD_SETTINGS
    [line] = done.errors.splitlines()
    assert line.startswith(name)
    assert mend in line
    assert len(value) < 6 or value in mend or value not in line  # never shown back: it may be a secret


async def test_every_bad_setting_gets_a_line(host: Host):
    done = await host.having(LOG_LEVEL="loud", SHARD_COUNT="0").runs()
    assert done.code == BAD_SETTINGS
    assert [line.split(":")[0] for line in done.errors.splitlines()] == ["LOG_LEVEL", "SHARD_COUNT"]


async def test_settings_come_from_a_file_too(host: Host):
    (host.folder / ".env").write_text("LOG_LEVEL=loud\n")
    done = await host.runs()
    assert done.code == BAD_SETTINGS
    assert done.errors.startswith("LOG_LEVEL: ")


@pytest.mark.parametrize("command", [(), ("migrate",)])
async def test_a_database_that_is_not_there_is_named_without_its_password(host: Host, command: tuple[str, ...]):
    away = "postgresql://muster:hunter2@127.0.0.1:1/muster"
    done = await host.having(DISCORD_TOKEN="a.b.c", DATABASE_URL=away).runs(*command)
    assert done.code == BAD_SETTINGS
    [line] = done.errors.splitlines()
    assert "127.0.0.1:1" in line
    assert "hunter2" not in line


# Migrations


async def test_pending_migrations_stop_the_bot_and_name_the_command(host: Host, empty_dsn: str):
    done = await host.having(DISCORD_TOKEN="a.b.c", DATABASE_URL=empty_dsn).runs()
    assert done.code == BAD_SETTINGS
    [line] = done.errors.splitlines()
    assert line.startswith("DATABASE_URL: ")
    assert "python -m bot migrate" in line


async def test_migrate_applies_and_then_says_up_to_date(host: Host, empty_dsn: str):
    machine = host.having(DATABASE_URL=empty_dsn)
    first, second = await machine.runs("migrate"), await machine.runs("migrate")
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith("Applied: 0001_")
    assert second.out == "The database is up to date.\n"
    assert first.errors == second.errors == ""


async def test_four_migrations_at_once_apply_each_file_once(host: Host, empty_dsn: str):
    machine = host.having(DATABASE_URL=empty_dsn)
    done = await asyncio.gather(*(machine.runs("migrate") for _ in range(4)))
    assert [one.code for one in done] == [0, 0, 0, 0], [one.errors for one in done]
    assert "".join(one.out for one in done).count("0001_") == 1


async def test_the_embedded_database_needs_no_migrate(host: Host):
    done = await host.runs("migrate")
    assert done.code == 0
    assert "migrated whenever the bot starts" in done.out
    assert not (host.folder / "data").exists()


# check


async def test_check_without_a_token_looks_at_the_rest(host: Host, dsn: str):
    done = await host.having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    token, database, bot, queue = done.out.splitlines()
    assert token.startswith("MEND  DISCORD_TOKEN: ")
    assert database == UP_TO_DATE
    assert bot == f"ok    {health_texts.NEVER_RAN}"
    assert queue == "ok    Queue: nothing is waiting"


async def test_check_with_a_wrong_token(host: Host, dsn: str, discord: DiscordServer):
    done = await host.at(discord).having(DATABASE_URL=dsn, DISCORD_TOKEN="wrong").runs("check")
    assert done.code == 1
    assert done.out.splitlines()[0].startswith("MEND  DISCORD_TOKEN: Discord does not accept it.")


async def test_check_without_a_way_to_discord(host: Host, dsn: str, discord: DiscordServer):
    done = await host.having(DATABASE_URL=dsn, DISCORD_TOKEN=discord.token).runs("check")
    assert done.code == 1
    assert done.out.splitlines()[0].startswith("MEND  Discord does not answer.")
    assert UP_TO_DATE in done.out.splitlines()
    assert "Traceback" not in done.errors


async def test_check_names_a_database_that_is_not_there_without_its_password(host: Host, discord: DiscordServer):
    away = "postgresql://muster:hunter2@127.0.0.1:1/muster"
    done = await host.at(discord).having(DATABASE_URL=away).runs("check")
    assert done.code == 1
    assert done.out.splitlines()[-1].startswith("MEND  Database: The database at 127.0.0.1:1 cannot be reached")
    assert "hunter2" not in done.out + done.errors


async def test_check_names_pending_migrations(host: Host, empty_dsn: str, discord: DiscordServer):
    done = await host.at(discord).having(DATABASE_URL=empty_dsn).runs("check")
    assert done.code == 1
    waiting = len(list((REPOSITORY / "sql" / "migrations").glob("*.sql")))
    assert f"MEND  Database: {waiting} migration(s) to apply. Run `python -m bot migrate`." in done.out.splitlines()


async def test_check_names_the_permission_a_channel_lacks(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    discord.overwrite(raids, {discord.bot_member(guild): (0, Permission.EMBED_LINKS)})
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    [mend] = [line for line in done.out.splitlines() if line.startswith("MEND")]
    assert mend == f"MEND  Server Night Watch, channel {raids.id}: give the bot Embed Links."


async def test_check_names_a_channel_that_is_gone(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    discord.delete_channel(raids)
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    assert f"channel {raids.id}: not there" in done.out
    assert "/raid setup" in done.out


async def test_check_names_what_the_server_lacks_as_the_health_command_does(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    archive = discord.add_text_channel(guild, "archive")
    discord.overwrite(archive, {discord.bot_member(guild): (0, Permission.EMBED_LINKS)})
    role = discord.add_role(guild, "Raider")
    async with await open_pool(dsn) as pool, Database(pool).transaction() as tx:
        values = {"temp_role": True, "archive_channel": str(archive.id), "allowed_roles": [str(role.id)]}
        await tx.settings.put(GuildId(guild.id), SERVER, values)
    discord.delete_role(guild, role)
    discord.allow_bot(guild, EVERYONE_BY_DEFAULT)
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.startswith("MEND")] == [
        f"MEND  Server Night Watch, channel {archive.id}: give the bot Embed Links.",
        "MEND  Server Night Watch: in the server I lack Manage Roles.",
        "MEND  Server Night Watch: `allowed_roles` names a role that was deleted: "
        f"{rights_texts.WITHOUT['allowed_roles']}.",
    ]


async def test_check_names_what_waits_in_vain_and_what_was_given_up(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    connection = await connect(dsn)
    row = """
        INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, dead)
        VALUES ($1, 'sheet.refresh', 'l', $2, $2, $3)
    """
    now = SystemClock().now()
    for ago, dead in ((timedelta(hours=2), False), (timedelta(minutes=1), False), (timedelta(hours=3), True)):
        await connection.execute(row, guild.id, now - ago, dead)
    await connection.close()
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    queue, letters = [line for line in done.out.splitlines() if line.startswith("MEND")]
    assert queue.startswith("MEND  Queue: 2 due, the oldest for 2 h. Start the bot")
    assert letters.startswith(f"MEND  Server {guild.id}: 1 thing(s) given up. `/raid health` there")


async def test_check_names_a_server_the_bot_left(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    discord.kick_bot(guild)
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    assert f"MEND  Server {guild.id}: the bot is not in it any more. Invite it again." in done.out.splitlines()


async def test_check_has_nothing_to_mend_in_a_server_that_is_known_to_be_left(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    discord.kick_bot(guild)
    machine = host.at(discord).having(DATABASE_URL=dsn)
    connection = await connect(dsn)
    async with machine.running(), asyncio.timeout(PATIENCE):
        while not await connection.fetchval("SELECT left_at IS NOT NULL FROM common.discord_config"):  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.05)
    await connection.close()
    done = await machine.runs("check")
    assert f"ok    Server {guild.id}: the bot was removed from it; its raids rest until it is back" in done.out
    assert done.code == 0, done.out


async def test_check_names_the_intent_the_portal_refuses(host: Host, dsn: str, discord: DiscordServer):
    discord.members_intent = False
    done = await host.at(discord).having(DATABASE_URL=dsn, MEMBERS_INTENT="true").runs("check")
    assert done.code == 1
    assert "MEND  MEMBERS_INTENT: " in done.out


async def test_check_finds_everything_fine(host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel):
    async with RaidHelperStandIn(SystemClock(), servers={guild.id: KEY}, users={}) as raid_helper:
        await set_up(dsn, guild, raids, SecretBox(SecretStr(OWN_KEY)).close(SecretStr(KEY)))
        machine = host.at(discord).having(DATABASE_URL=dsn, ENCRYPTION_KEY=OWN_KEY)
        done = await machine.having(RAID_HELPER_BASE_URL=raid_helper.base_url).runs("check")
        reset = await machine.having(RAID_HELPER_BASE_URL=raid_helper.base_url, ENCRYPTION_KEY="").runs("check")
    assert done.code == 0, done
    assert done.out.splitlines() == [
        "ok    Token: logged in as Muster#0000",
        "ok    Intents: the bot may use everything it asks for",
        UP_TO_DATE,
        "ok    Bot: none has run on this database yet",
        "ok    Queue: nothing is waiting",
        f"ok    Server Night Watch, channel {raids.id}: the bot can post",
        f"ok    Server {guild.id}: Raid-Helper accepts the key",
        f"ok    Server {guild.id}: 1000 of the day's Raid-Helper requests left",
    ]
    assert KEY not in done.out + done.errors
    assert reset.code == 1
    assert "cannot be opened. Set the ENCRYPTION_KEY it was stored with" in reset.out


async def ran(dsn: str, ago: timedelta, **last: timedelta | None) -> None:
    """What a bot wrote down so long ago; `last` are loops that came through at another time (None: never)."""
    now = SystemClock().now()
    loops = [
        Loop(name, now - since if since is not None else None, every, now - timedelta(days=2))
        for name, every in EVERY.items()
        for since in (last.get(name.name, ago),)
    ]
    async with await open_pool(dsn) as pool, Database(pool).transaction() as tx:
        await tx.pulse.write(Worker((0,), 1, loops), {0: timedelta(milliseconds=41)}, now - ago)


async def test_check_tells_of_a_running_bot_as_the_health_command_does(host: Host, dsn: str, discord: DiscordServer):
    machine = host.at(discord).having(DATABASE_URL=dsn)
    connection = await connect(dsn)
    async with machine.running():
        async with asyncio.timeout(PATIENCE):
            while not await connection.fetchval("SELECT EXISTS (SELECT FROM common.gateways)"):  # noqa: ASYNC110 - another process sets no event here
                await asyncio.sleep(0.05)
        done = await machine.runs("check")
    await connection.close()
    [gateway] = [line for line in done.out.splitlines() if "Discord, shard 0" in line]
    assert re.fullmatch(r"ok    Discord, shard 0: answers in \d+ ms, measured just now", gateway)
    loops = [line for line in done.out.splitlines() if "came through" in line or "come through" in line]
    assert [line.split(":")[0] for line in loops] == [f"ok    {name}" for name in health_texts.LOOPS.values()]
    assert "ok    Queue's worker: last came through just now" in loops


async def test_check_gives_each_loops_last_success_its_age(host: Host, dsn: str, discord: DiscordServer):
    await ran(dsn, timedelta(minutes=2), WORKER=timedelta(seconds=5), TIDY=timedelta(minutes=50))
    lines = (await host.at(discord).having(DATABASE_URL=dsn).runs("check")).out.splitlines()
    assert "ok    Discord, shard 0: answers in 41 ms, measured 2 min ago" in lines
    assert "ok    Queue's worker: last came through just now" in lines
    assert "ok    Auto-booker: last came through 2 min ago" in lines
    assert "ok    Forgetting old history: last came through 50 min ago" in lines


@pytest.mark.parametrize(
    ("last", "said"),
    [(timedelta(minutes=16), "last came through 16 min ago"), (None, "has not come through yet")],
)
async def test_check_names_a_loop_that_died_while_the_bot_lives(
    host: Host, dsn: str, discord: DiscordServer, last: timedelta | None, said: str
):
    await ran(dsn, timedelta(seconds=20), BOOKER=last)
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    [mend] = [line for line in done.out.splitlines() if line.startswith("MEND")]
    assert mend == f"MEND  Auto-booker: {said}, every 5 min it should: whoever hosts me finds why in the log"


async def test_check_names_a_bot_that_stands_still(host: Host, dsn: str, discord: DiscordServer):
    await ran(dsn, timedelta(hours=3))
    done = await host.at(discord).having(DATABASE_URL=dsn).runs("check")
    assert done.code == 1
    assert "MEND  Discord, shard 0: the bot last gave a sign of life 3 h ago, every 1 min it should" in done.out
    assert "Start it" in done.out


async def test_check_with_the_embedded_database_stops_it_again(host: Host, discord: DiscordServer):
    done = await host.at(discord).runs("check")
    assert done.code == 0, done
    assert postgres_of(host.folder / "data") == []


# Running


async def test_a_token_discord_refuses_ends_with_a_sentence(host: Host, dsn: str, discord: DiscordServer):
    done = await host.at(discord).having(DATABASE_URL=dsn, DISCORD_TOKEN="wrong").runs()
    assert done.code == BAD_SETTINGS
    assert done.errors.splitlines()[-1].startswith("DISCORD_TOKEN: Discord does not accept it.")
    assert "Traceback" not in done.errors


async def test_an_intent_the_portal_refuses_ends_with_a_sentence(host: Host, dsn: str, discord: DiscordServer):
    discord.members_intent = False
    done = await host.at(discord).having(DATABASE_URL=dsn, MEMBERS_INTENT="true").runs()
    assert done.code == BAD_SETTINGS
    assert done.errors.splitlines()[-1].startswith("MEMBERS_INTENT: ")
    assert "Traceback" not in done.errors


async def test_a_discord_out_of_reach_ends_with_a_sentence(host: Host, dsn: str, discord: DiscordServer):
    done = await host.having(DISCORD_TOKEN=discord.token, DATABASE_URL=dsn).runs()
    assert done.code == 1
    assert done.errors.splitlines()[-1].startswith("Discord does not answer.")
    assert "Traceback" not in done.errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_ends_the_bot_and_its_database_in_order(
    host: Host, discord: DiscordServer, guild: Guild, number: signal.Signals
):
    data = host.folder / "data"
    async with host.at(discord).running() as process:
        await until(lambda: connected(discord))
        assert postgres_of(data)
        asked = time.monotonic()
        process.send_signal(number)
        done = await ended(process)
    assert done.code == 0, done.errors
    assert time.monotonic() - asked < 10
    assert "Traceback" not in done.errors
    assert "nclosed" not in done.errors  # neither a session nor a connector
    assert not connected(discord)
    await until(lambda: not postgres_of(data))


async def test_a_stop_while_starting_leaves_no_database_behind(host: Host, discord: DiscordServer):
    data = host.folder / "data"
    async with host.at(discord).running() as process:
        await until(lambda: (data / "postgres" / "data" / "postmaster.pid").exists())
        process.terminate()
        done = await ended(process)
    assert done.code == 0, done.errors
    assert "Traceback" not in done.errors
    await until(lambda: not postgres_of(data))


async def test_a_stop_while_logging_in_is_a_clean_end(host: Host, dsn: str, discord: DiscordServer):
    with discord.hold("GET", "/users/@me") as held:
        async with host.at(discord).having(DATABASE_URL=dsn).running() as process:
            await held.waiting(timeout=PATIENCE)
            process.terminate()
            done = await ended(process)
    assert done.code == 0, done.errors
    assert "Traceback" not in done.errors


async def test_work_that_hangs_does_not_keep_the_bot_from_ending(
    host: Host, dsn: str, discord: DiscordServer, guild: Guild, raids: Channel
):
    await set_up(dsn, guild, raids)
    officer = discord.hand(guild.members[guild.owner_id], raids)
    async with host.at(discord).having(DATABASE_URL=dsn).running() as process:
        await until(lambda: connected(discord))
        with discord.hold("POST", f"/channels/{raids.id}/messages") as held:
            await officer.slash("raid create", title="Heroic", when="tomorrow 20:00")
            await held.waiting(timeout=PATIENCE)
            asked = time.monotonic()
            process.terminate()
            done = await ended(process)
    assert done.code == 0, done.errors
    assert time.monotonic() - asked < 10
    assert "Traceback" not in done.errors


async def test_the_connections_of_a_stopped_bot_are_gone(host: Host, dsn: str, discord: DiscordServer):
    name = urlsplit(dsn).path[1:]
    held = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    connection = await connect(dsn)
    async with host.at(discord).having(DATABASE_URL=dsn).running() as process:
        await until(lambda: connected(discord))
        assert await connection.fetchval(held, name)
        process.terminate()
        await ended(process)
    assert await connection.fetchval(held, name) == 0
    await connection.close()


async def test_a_dead_helper_ends_the_process_with_an_error(host: Host, dsn: str, discord: DiscordServer):
    done = await host.at(discord).having(DATABASE_URL=dsn, TEST_HELPERS_DIE="1").runs()
    assert done.code == 1, done.errors
    assert "queue died" in done.errors
    assert "SabotagedError" in done.errors


async def test_the_generated_key_is_private_and_kept(host: Host, discord: DiscordServer):
    machine = host.at(discord)
    path = host.folder / "data" / "encryption.key"
    kept: list[bytes] = []
    for _ in range(2):
        async with machine.running() as process:
            await until(lambda: connected(discord))
            kept.append(path.read_bytes())
            process.terminate()
            await ended(process)
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept[0] == kept[1]
    Fernet(kept[0])


@pytest.mark.parametrize("content", ["", "half a k"])
async def test_a_damaged_key_is_named_with_its_mend(host: Host, discord: DiscordServer, content: str):
    (host.folder / "data").mkdir()
    (host.folder / "data" / "encryption.key").write_text(content)
    refused = await host.at(discord).runs()
    assert refused.code == BAD_SETTINGS
    assert "encryption.key holds no key. Restore it" in refused.errors
    assert "Traceback" not in refused.errors


async def test_a_start_killed_while_it_wrote_the_key_writes_it_again(host: Host, discord: DiscordServer):
    (host.folder / "data").mkdir()
    (host.folder / "data" / "encryption.new").touch()
    async with host.at(discord).running() as process:
        await until(lambda: connected(discord))
        process.terminate()
        await ended(process)
    path = host.folder / "data" / "encryption.key"
    assert path.stat().st_mode & 0o777 == 0o600
    Fernet(path.read_bytes())
