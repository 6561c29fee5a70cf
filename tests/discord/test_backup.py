"""A backup as docs/hosting.md makes it, put into an empty database: the same rows, and a bot that goes on with them."""

import asyncio
import os
import subprocess
from pathlib import Path

import asyncpg
from pydantic import SecretStr
from raid_stage import Stage, fields

from db.embedded import programs
from db.pool import connect
from sandbox.local import running_bot

HOSTING = Path(__file__).parents[2] / "docs" / "hosting.md"
TABLES = """
    SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables ORDER BY 1
"""


async def run(program: str, options: str, *arguments: str) -> None:
    """One of the wheel's programs, with the options docs/hosting.md gives it."""
    assert f"{program} {options} --" in HOSTING.read_text()
    done = await asyncio.to_thread(
        subprocess.run,
        [programs() / program, *options.split(), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr


async def content(dsn: str) -> dict[str, list[str]]:
    """Every row of every table."""
    connection = await asyncpg.connect(dsn)
    try:
        names = [row["name"] for row in await connection.fetch(TABLES)]
        return {
            name: sorted(row["whole"] for row in await connection.fetch(f"SELECT one::text AS whole FROM {name} one"))  # noqa: S608 - names from the catalogue
            for name in names
        }
    finally:
        await connection.close()


async def looking_at(stage: Stage, dsn: str) -> None:
    """Let the sheet be drawn by whoever works on that database."""
    stage.local.db, before = await connect(dsn), stage.local.db
    try:
        await stage.redraw()
    finally:
        await stage.local.db.close()
        stage.local.db = before


async def test_a_backup_comes_back_whole_and_the_bot_goes_on_with_it(
    stage: Stage, dsn: str, empty_dsn: str, tmp_path: Path
) -> None:
    sheet = await stage.raid(title="Heroic", repeat="weekly")
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("raid add", event="Heroic", name="Gunther", spec="Fire Mage")
    await stage.officer.slash("settings server", setting="reminders", value="30")
    await stage.member.slash("me away add", **{"from": "2026-12-24"})
    dump = tmp_path / "muster.dump"
    await stage.local.bot.close()  # it would write on between the backup and the look at what is in it
    await run("pg_dump", "--format=custom --no-owner", f"--file={dump}", dsn)
    await run("pg_restore", "--no-owner --exit-on-error", f"--dbname={empty_dsn}", str(dump))
    restored = await content(empty_dsn)
    assert restored == await content(dsn)
    assert sum(len(rows) for rows in restored.values()) > 40
    settings = stage.local.settings.model_copy(update={"database_url": SecretStr(empty_dsn)})
    async with running_bot(stage.local.discord, settings, stage.local.clock):
        told = await stage.member.click(sheet, "Late")
        assert "coming **late**" in told.text
        shown = await stage.member.slash("raids")
        assert "🕒 Late" in shown.text
        assert "Thu 24 Dec 2026" in (await stage.member.slash("me away list")).text
        created = await stage.officer.slash("raid create", title="Mythic", when="sat 20:00")
        assert "is planned for" in created.text  # new rows get numbers of their own
        await looking_at(stage, empty_dsn)
    assert "Gunther" in "".join(fields(sheet).values())
