"""A key is sent in one header and seen nowhere else."""

import logging
import traceback

import pytest
from pydantic import SecretStr

from bot.raid_helper.client import RaidHelper, RaidHelperServer, tidy_key
from bot.raid_helper.errors import InvalidKey, RaidHelperError
from sandbox.raid_helper import faults
from sandbox.raid_helper.server import RaidHelperStandIn

KEY = "k3yOfTheFirstServer0123456789abcdefABCDEF"

FAILURES = [
    faults.unauthorized(),
    faults.refused(400, f'{{"error":"{KEY} is not yours"}}'),
    faults.refused(400, f"what is {KEY}?"),
    faults.soft_fail(f"key {KEY}"),
    faults.redirect(f"https://elsewhere.invalid/?key={KEY}"),
    faults.drop_before_commit(),
    faults.server_error(),
    faults.odd_body("empty"),
    faults.huge_body(),
    faults.rate_limit("text", f"3 hours, {KEY}"),
]


@pytest.mark.parametrize("fault", FAILURES, ids=lambda fault: fault.name)
async def test_no_failure_shows_the_key(
    server: RaidHelperServer, standin: RaidHelperStandIn, caplog: pytest.LogCaptureFixture, fault: faults.Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    standin.fail("list", fault, times=3)
    with pytest.raises(RaidHelperError) as caught:
        await server.check()
    shown = caplog.text + "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in shown


async def test_a_refusal_is_logged_with_its_reason(
    server: RaidHelperServer, standin: RaidHelperStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    standin.fail("list", faults.refused(400, f"{KEY} is odd"))
    with pytest.raises(RaidHelperError):
        await server.check()
    assert "HTTP 400, <key> is odd" in caplog.text


async def test_no_repr_shows_the_key(helper: RaidHelper, server: RaidHelperServer) -> None:
    await server.check()
    shown = [repr(thing) for thing in (helper, server, vars(helper), vars(server), vars(vars(server)["_transport"]))]
    assert KEY not in "".join(shown)


PASTED = [KEY, f"  {KEY}\n", f'"{KEY}"', f"`{KEY}`", f"Bearer {KEY}", f"'Bearer {KEY}'", SecretStr(f" {KEY} ")]


@pytest.mark.parametrize("pasted", PASTED)
def test_a_key_is_taken_as_people_paste_it(pasted: str | SecretStr) -> None:
    assert tidy_key(pasted).get_secret_value() == KEY


@pytest.mark.parametrize("pasted", ["", "  ", '""', "two words", "a\r\nX-Evil: 1", "clé", "tab\tkey", "Bearer "])
def test_what_cannot_be_a_key_is_refused(pasted: str) -> None:
    with pytest.raises(InvalidKey):
        tidy_key(pasted)
