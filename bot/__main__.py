"""`python -m bot`: run the bot; `python -m bot migrate`: bring the database up to date; `check`: what is missing."""

import argparse
import asyncio
import logging
import sys

import aiohttp
import discord

from bot.app import serve
from bot.check import check
from bot.log import set_up_logging
from bot.settings import BAD_SETTINGS, Settings, SettingsError, load_settings
from db.embedded import EmbeddedPostgresError
from db.migrate import MigrationError, migrate
from db.pool import DatabaseUnreachable

log = logging.getLogger("muster")

EMBEDDED_MIGRATES = "The embedded database is migrated whenever the bot starts; there is nothing to do."


def main() -> int:
    """The exit code: 0 after a clean end, 78 for settings at fault, 1 for everything else."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Muster, the raid sign-up bot.")
    parser.add_argument("command", nargs="?", choices=("run", "migrate", "check"), default="run")
    command = parser.parse_args().command
    try:
        settings = load_settings()
        set_up_logging(settings.log_level, settings.log_format)
        return asyncio.run(COMMANDS[command](settings))
    except SettingsError as error:
        return _complain(str(error), BAD_SETTINGS)
    except discord.LoginFailure:
        return _complain("DISCORD_TOKEN: Discord does not accept it. Copy it anew from the portal.", BAD_SETTINGS)
    except discord.PrivilegedIntentsRequired:
        return _complain("MEMBERS_INTENT: allow the bot the Server Members intent in the portal first.", BAD_SETTINGS)
    except (aiohttp.ClientConnectorError, discord.DiscordServerError):
        return _complain("Discord does not answer. Check this machine's way to the internet; then start again.", 1)
    except (DatabaseUnreachable, MigrationError, EmbeddedPostgresError) as error:
        return _complain(str(error), BAD_SETTINGS)


async def _run(settings: Settings) -> int:
    await serve(settings)
    return 0


async def _migrate(settings: Settings) -> int:
    if settings.database_url is None:
        print(EMBEDDED_MIGRATES)  # noqa: T201 - a command's answer
        return 0
    applied = await migrate(settings.database_url.get_secret_value())
    print(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")  # noqa: T201 - its answer
    return 0


COMMANDS = {"run": _run, "migrate": _migrate, "check": check}


def _complain(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - one line for the host, before and beside any log
    return code


if __name__ == "__main__":
    sys.exit(main())
