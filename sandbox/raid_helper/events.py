"""The stand-in's events: made, changed and shown in the shapes of Raid-Helper's answers."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.raid_helper import roster
from sandbox.raid_helper.defaults import ADVANCED_SETTINGS
from sandbox.raid_helper.moments import start_of
from sandbox.raid_helper.refusal import Refusal, bad, locked_template
from sandbox.raid_helper.templates import KNOWN, classes_of, roles_of

_EDITABLE = ("leaderName", "title", "description", "startTime", "endTime", "channelId", "channelName", "classes")
_LISTED = ("id", "channelId", "leaderId", "leaderName", "title", "description", "startTime", "endTime")
_KEYWORDS = {"unsignedping"}
_SNOWFLAKE = re.compile(r"\d{17,20}")


class Rules:
    """What the stand-in knows of the world outside a request: members, zone, and how strict it is."""

    def __init__(self, users: Mapping[int, str], zone: ZoneInfo, *, strict_dates: bool) -> None:
        self.names = {str(user): name for user, name in users.items()}
        self.zone = zone
        self._strict_dates = strict_dates

    def leader(self, body: Mapping[str, Any]) -> str:
        """The leader's id: text, and somebody Discord knows."""
        leader = body.get("leaderId")
        if not isinstance(leader, str) or leader not in self.names:
            raise bad("invalid leaderId")
        return leader

    def start(self, body: Mapping[str, Any]) -> int:
        """The start in unix seconds."""
        return start_of(body.get("date"), body.get("time"), self.zone, strict=self._strict_dates)


def made(event_id: int, place: tuple[int, int], body: dict[str, Any], rules: Rules, now: int) -> dict[str, Any]:
    """The full event of a create body, in Raid-Helper's order of checks.

    `place` is server and channel. Everything else in the body is ignored without a word: `signUps`, a top-level
    `duration`, `mentions`, `announcements`, unknown keys.
    """
    leader = rules.leader(body)
    template = str(body.get("templateId", "1"))
    if template not in KNOWN:
        raise locked_template()
    start = rules.start(body)
    event: dict[str, Any] = {
        "id": str(event_id),
        "serverId": str(place[0]),
        "channelId": str(place[1]),
        "channelName": "raids",
        "channelType": "text",
        "leaderId": leader,
        "leaderName": rules.names[leader],
        "templateId": template,
        "title": str(body.get("title", "")),
        "displayTitle": str(body.get("title", "")),
        "description": str(body.get("description", "")),
        "startTime": start,
        "date": str(body["date"]),
        "time": str(body["time"]),
        "color": "113,54,138",
        "advancedSettings": {**ADVANCED_SETTINGS, **(body.get("advancedSettings") or {})},
        "classes": classes_of(template),
        "roles": roles_of(template),
        "signUps": [],
        "announcements": _announcements(body),
        "lastUpdated": now,
    }
    _end(event)
    return event


def change(event: dict[str, Any], body: dict[str, Any], rules: Rules, now: int) -> None:
    """Merge a PATCH body into `event`, also inside `advancedSettings`, role limits by name."""
    changed: dict[str, Any] = {key: body[key] for key in _EDITABLE if key in body}
    if "leaderId" in body:
        changed |= {"leaderId": rules.leader(body), "leaderName": rules.names[body["leaderId"]]}
    if "date" in body or "time" in body:
        changed["startTime"] = rules.start({"date": event["date"], "time": event["time"], **body})
    if "title" in changed:
        changed["displayTitle"] = changed["title"]
    event.update(changed, lastUpdated=now)
    event["advancedSettings"].update(body.get("advancedSettings") or {})
    _merge_roles(event["roles"], body.get("roles") or [])
    if "endTime" not in body:
        _end(event)
    _close(event)
    roster.count(event)


def in_unix_seconds(body: Any) -> bool:
    """Whether a create body names its start by the clock of the world, not in words."""
    return isinstance(body, dict) and str(body.get("date", "")).isdigit()


def shift(event: dict[str, Any], by: timedelta) -> None:
    """Put a new event at another time than was asked for."""
    event["startTime"] += int(by.total_seconds())
    _end(event)


def listed(event: dict[str, Any], *, with_signups: bool) -> dict[str, Any]:
    """The short shape of the list: `closeTime` for `closingTime`, the count as text, no template."""
    row = {key: event[key] for key in (*_LISTED, "lastUpdated", "color", "templateId")}
    row |= {"closeTime": event["closingTime"], "imageUrl": "", "signUpCount": str(len(event["signUps"]))}
    return {**row, "signUps": event["signUps"]} if with_signups else row


def page_of(events: Collection[dict[str, Any]], headers: Mapping[str, str], size: int) -> dict[str, Any]:
    """The list answer: filters stand in headers, newest start first, `size` events a page."""
    chosen = sorted(_filtered(events, headers), key=lambda event: -event["startTime"])
    page = max(1, int(headers.get("Page", "1")))
    shown = chosen[(page - 1) * size : page * size]
    with_signups = headers.get("IncludeSignUps") == "true"
    return {
        "pages": max(1, -(-len(chosen) // size)),
        "currentPage": page,
        "eventCountOverall": len(chosen),
        "eventCountTransmitted": len(shown),
        "postedEvents": [listed(event, with_signups=with_signups) for event in shown],
    }


def attendance_of(events: Collection[dict[str, Any]], headers: Mapping[str, str], now: int) -> dict[str, Any]:
    """The attendance answer, over closed events; a row's `attended` is the stand-in's name for the count."""
    since, until = int(headers.get("TimeFilterStart", 0)), int(headers.get("TimeFilterEnd", now))
    channels = [part for part in headers.get("ChannelFilter", "").split(",") if part]
    tags = [part for part in headers.get("TagFilter", "").split(",") if part]
    rows: dict[str, dict[str, Any]] = {}
    for event in events:
        counts = since <= event["startTime"] <= min(until, now) and _wanted(event, channels, tags)
        for row in _attending(event) if counts else []:
            rows.setdefault(row["userId"], {"id": row["userId"], "name": row["name"], "attended": 0})["attended"] += 1
    filters = {"tagFilter": tags, "channelFilter": channels, "timeFilterStart": since, "timeFilterEnd": until}
    return {**filters, "result": list(rows.values())}


def _wanted(event: dict[str, Any], channels: Collection[str], tags: Collection[str]) -> bool:
    tagged = not tags or event["advancedSettings"]["attendance"] in tags
    return tagged and (not channels or event["channelId"] in channels)


def _attending(event: dict[str, Any]) -> list[dict[str, Any]]:
    away = {"Bench", "Late", "Tentative", "Absence", "Maybe", "Declined"}
    return [row for row in event["signUps"] if row["className"] not in away]


def _filtered(events: Collection[dict[str, Any]], headers: Mapping[str, str]) -> list[dict[str, Any]]:
    since, until = int(headers.get("StartTimeFilter", 0)), int(headers.get("EndTimeFilter", 2**40))
    channel = headers.get("ChannelFilter")
    return [
        event
        for event in events
        if since <= event["startTime"] <= until and (not channel or event["channelId"] == channel)
    ]


def _announcements(body: dict[str, Any]) -> list[dict[str, Any]]:
    announcement = body.get("announcement")
    if not isinstance(announcement, dict):
        return []
    if "time" not in announcement:
        raise bad("missing announcement time")
    channel = str(announcement.get("channel", ""))
    if not _SNOWFLAKE.fullmatch(channel) and channel not in _KEYWORDS:
        raise Refusal(404, {"error": "unknown announcement channel or keyword"})
    return [announcement]


def _end(event: dict[str, Any]) -> None:
    event["endTime"] = event["startTime"] + int(event["advancedSettings"]["duration"]) * 60
    _close(event)


def _close(event: dict[str, Any]) -> None:
    event["closingTime"] = event["startTime"] - int(float(event["advancedSettings"]["deadline"]) * 3600)


def _merge_roles(roles: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    for role in wanted:
        for known in roles:
            if known["name"] == role.get("name"):
                known.update(role)
