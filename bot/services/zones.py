"""Time zones as people name them: "Europe/Berlin", "berlin", "new york", "EST"."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from bot.domain.errors import MusterError

MOST_SUGGESTED = 25  # what Discord shows in one list of choices
LONGEST_TEXT = 100
# Shown before anything is typed and first among equals, from most raiders to fewer.
COMMON = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Australia/Sydney",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Amsterdam",
    "Europe/Stockholm",
    "Europe/Warsaw",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/Athens",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "America/Toronto",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Seoul",
    "Asia/Tokyo",
    "UTC",
)
# What a place or an abbreviation is called where people live. The abbreviations come before IANA's own zones of that
# name: "EST" there is a zone without summer time, which nobody who types it means.
_ALIASES = {
    "Europe/Berlin": "germany deutschland munich münchen hamburg cologne köln frankfurt stuttgart mez mesz cet cest",
    "Europe/London": "uk england britain manchester birmingham scotland bst",
    "Europe/Paris": "france lyon marseille",
    "Europe/Madrid": "spain barcelona",
    "Europe/Rome": "italy milan",
    "Europe/Amsterdam": "netherlands holland rotterdam",
    "Europe/Stockholm": "sweden gothenburg",
    "Europe/Warsaw": "poland krakow",
    "Europe/Vienna": "austria wien österreich",
    "Europe/Zurich": "switzerland zürich schweiz geneva bern",
    "Europe/Helsinki": "eet eest finland",
    "America/New_York": "est edt et eastern boston miami atlanta washington philadelphia",
    "America/Chicago": "cst cdt ct central dallas houston austin",
    "America/Denver": "mst mdt mt mountain",
    "America/Los_Angeles": "pst pdt pt pacific seattle san_francisco las_vegas california",
    "America/Toronto": "montreal ottawa",
    "Australia/Sydney": "aest aedt canberra",
    "Asia/Kolkata": "india mumbai delhi bangalore ist",
    "Asia/Shanghai": "china beijing",
    "UTC": "gmt zulu z",
}
# Where people live who have Discord in that language; of most languages that is one country.
_SPOKEN_IN = {
    "bg": "Europe/Sofia",
    "cs": "Europe/Prague",
    "da": "Europe/Copenhagen",
    "de": "Europe/Berlin Europe/Vienna Europe/Zurich",
    "el": "Europe/Athens",
    "en-GB": "Europe/London Europe/Dublin",
    "en-US": "America/New_York America/Chicago America/Denver America/Los_Angeles",
    "es-419": "America/Mexico_City America/Bogota America/Lima America/Santiago America/Argentina/Buenos_Aires",
    "es-ES": "Europe/Madrid",
    "fi": "Europe/Helsinki",
    "fr": "Europe/Paris Europe/Brussels America/Toronto",
    "hi": "Asia/Kolkata",
    "hr": "Europe/Zagreb",
    "hu": "Europe/Budapest",
    "id": "Asia/Jakarta",
    "it": "Europe/Rome",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "lt": "Europe/Vilnius",
    "nl": "Europe/Amsterdam Europe/Brussels",
    "no": "Europe/Oslo",
    "pl": "Europe/Warsaw",
    "pt-BR": "America/Sao_Paulo",
    "ro": "Europe/Bucharest",
    "ru": "Europe/Moscow Asia/Yekaterinburg Asia/Novosibirsk",
    "sv-SE": "Europe/Stockholm",
    "th": "Asia/Bangkok",
    "tr": "Europe/Istanbul",
    "uk": "Europe/Kyiv",
    "vi": "Asia/Ho_Chi_Minh",
    "zh-CN": "Asia/Shanghai",
    "zh-TW": "Asia/Taipei",
}
_ELSEWHERE = ("Etc/", "SystemV/", "US/", "posix/", "right/")


class UnknownZone(MusterError):
    """I do not know that time zone. Type a city like `Berlin` or `New York`, or a name like `Europe/Berlin`."""


@dataclass(frozen=True, slots=True)
class _Atlas:
    names: dict[str, str]  # plain name -> IANA name, every zone there is
    places: dict[str, str]  # plain city or alias -> IANA name
    shown: tuple[str, ...]  # what is suggested, the common ones first


def parse_zone(text: str) -> ZoneInfo:
    """The zone meant: an IANA name in any case, a city, or a common abbreviation or country.

    Raises UnknownZone, naming up to three zones that look alike.
    """
    typed = _plain(text[:LONGEST_TEXT])
    atlas = _atlas()
    name = atlas.places.get(typed) if "/" not in typed else None
    name = name or atlas.names.get(typed)
    if name is None:
        raise _unknown(typed, atlas)
    return ZoneInfo(name)


def suggest_zones(typed: str) -> list[str]:
    """Up to 25 IANA names for what was typed so far: exact places, then names and cities that begin so, then any."""
    plain = _plain(typed[:LONGEST_TEXT])
    atlas = _atlas()
    if not plain:
        return list(COMMON)
    exact = [atlas.places[plain]] if plain in atlas.places else []
    called = [name for place, name in atlas.places.items() if place.startswith(plain)]
    named = [name for name in atlas.shown if _plain(name).startswith(plain)]
    within = [name for name in atlas.shown if plain in _plain(name)]
    order = {name: number for number, name in enumerate(atlas.shown)}
    called.sort(key=lambda name: order.get(name, len(order)))
    return list(dict.fromkeys([*exact, *called, *named, *within]))[:MOST_SUGGESTED]


def likely_zones(locales: Sequence[str], current: str | None) -> list[str]:
    """Up to 25 IANA names for whoever has Discord in these languages, likeliest first; `current` always among them.

    Everybody's Discord is in American English until they change it: what another language says goes first.
    """
    spoken = sorted(dict.fromkeys(locales), key=lambda locale: locale == "en-US")
    said = [name for locale in spoken for name in _SPOKEN_IN.get(locale, "").split()]
    names: list[str] = [*([current] if current else []), *said, *COMMON]
    return list(dict.fromkeys(names))[:MOST_SUGGESTED]


def _unknown(typed: str, atlas: _Atlas) -> UnknownZone:
    known = {**atlas.names, **atlas.places}
    near = list(dict.fromkeys(known[one] for one in get_close_matches(typed, known, n=6, cutoff=0.7)))[:3]
    if not near:
        return UnknownZone()
    return UnknownZone(f"I do not know that time zone. Did you mean {' or '.join(f'`{name}`' for name in near)}?")


def _plain(text: str) -> str:
    return "_".join(text.casefold().replace("_", " ").split())


@lru_cache(maxsize=1)
def _atlas() -> _Atlas:
    # The list in the tzdata wheel: the same on every machine, and read in a millisecond.
    listed = [name for name in files("tzdata").joinpath("zones").read_text("utf-8").split() if name != "Factory"]
    cities = [name for name in listed if "/" in name and not name.startswith(_ELSEWHERE)]
    rest = sorted(set(cities) - set(COMMON))
    # Backwards, so that the first zone of a name wins.
    places = {_plain(name.rsplit("/", 1)[-1]): name for name in reversed([*COMMON, *rest])}
    aliases = {_plain(alias): name for name, known in _ALIASES.items() for alias in known.split()}
    return _Atlas({_plain(name): name for name in listed}, {**places, **aliases}, (*COMMON, *rest))
