"""What members read about what is kept about them."""

from collections.abc import Sequence

from bot.render.texts import safe

FILE = "muster-about-me.json"
FORGET = "Forget me"
MOST_NAMES = 15
ASKED = (
    "Muster will forget you in this server: name, account, characters, days away, notes, reminders. You come "
    "off every sheet ahead, and whoever moves up is told. Raids that are over keep a nameless place, so that their "
    "counts stay right. It cannot be undone. `/me export` gives you everything first."
)


def exported(elsewhere: Sequence[str]) -> str:
    """Beside the file; `elsewhere` are the names of the other servers that keep something."""
    here = "This is everything Muster keeps about you in this server. `/me forget` deletes it."
    if not elsewhere:
        return f"{here} No other server with Muster knows you."
    names = ", ".join(f"**{safe(one)}**" for one in elsewhere[:MOST_NAMES])
    more = f" and {len(elsewhere) - MOST_NAMES} more" if len(elsewhere) > MOST_NAMES else ""
    return f"{here} You are also registered in {names}{more}: ask there."


def forgotten(sheets: int, there: int) -> str:
    """After `Forget me`; `there` of the sheets are Raid-Helper's."""
    off = f" You are off {sheets} sheet{'' if sheets == 1 else 's'} ahead." if sheets else ""
    theirs = "1 of them is" if there == 1 else f"{there} of them are"
    elsewhere = (
        f" {theirs} Raid-Helper's: you come off there in a moment. Should a sign-up stay there, Muster reads it no "
        "more; what Raid-Helper itself keeps about you, it has to forget."
    )
    return f"You are forgotten here.{off}{elsewhere if there else ''} Whatever you press next is a new beginning."
