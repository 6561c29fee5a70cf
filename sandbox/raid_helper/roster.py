"""The sign-ups of one event in the stand-in: which button, which number, primary or queued."""

import re
from typing import Any

from sandbox.raid_helper.refusal import Refusal, bad

_MEMBER = re.compile(r"\d{17,20}")


def add(event: dict[str, Any], row_id: int, body: dict[str, Any], names: dict[str, str], now: int) -> dict[str, Any]:
    """Add the sign-up of a POST body; `names` gives members' display names by id. Returns the new row."""
    user_id = _signer(body)
    if any(row["userId"] == user_id for row in event["signUps"]):
        # Nobody has documented a second sign-up of one member; clients change the first one, and must.
        raise bad("user already signed up")
    name = body.get("name") or names.get(user_id) or "Somebody"
    row = {"id": row_id, "userId": user_id, "name": name, "entryTime": now, **button(event, body)}
    event["signUps"].append(row)
    count(event)
    return row


def change(event: dict[str, Any], wanted: str, body: dict[str, Any]) -> dict[str, Any]:
    """Apply a PATCH body to the row with the id, position or name `wanted`."""
    row = find(event, wanted)
    if "className" in body:
        for gone in ("specName", "specEmoteId", "roleName", "roleEmoteId"):
            row.pop(gone, None)
        row.update(button(event, body))
    row.update({key: body[key] for key in ("name",) if key in body})
    count(event)
    return row


def remove(event: dict[str, Any], wanted: str) -> None:
    """Take the row with the id, position or name `wanted` off the sheet."""
    event["signUps"].remove(find(event, wanted))
    count(event)


def find(event: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The row with that id, position or name; a 404 when there is none."""
    for key in ("id", "position", "name"):
        for row in event["signUps"]:
            if str(row[key]) == wanted:
                return row
    raise Refusal(404, {"reason": "unknown signup"})


def button(event: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The fields a row gets from its button; the names are case-sensitive and the template's own."""
    if not body.get("className"):
        raise bad("missing className")
    found = next((entry for entry in event["classes"] if entry["name"] == body["className"]), None)
    if found is None:
        raise bad("invalid className")
    fields = {"className": found["name"], "classEmoteId": found["emoteId"]}
    return fields if body.get("specName") is None else {**fields, **_spec(found, body["specName"])}


def count(event: dict[str, Any]) -> None:
    """Number all rows and queue what is over the limit; statuses stay "primary", as Raid-Helper leaves them."""
    statuses = {entry["name"] for entry in event["classes"] if entry["type"] == "default"}
    limit, taken = int(event["advancedSettings"]["limit"]), 0
    for position, row in enumerate(event["signUps"], start=1):
        taken += row["className"] not in statuses
        over = row["className"] not in statuses and taken > limit
        row.update(position=position, status="queued" if over else "primary")


def _spec(entry: dict[str, Any], name: str) -> dict[str, Any]:
    spec = next((spec for spec in entry["specs"] if spec["name"] == name), None)
    if spec is None:
        raise bad("invalid specName")
    return {
        "specName": spec["name"],
        "specEmoteId": spec["emoteId"],
        "roleName": spec["roleName"],
        "roleEmoteId": spec["roleEmoteId"],
    }


def _signer(body: dict[str, Any]) -> str:
    if body.get("isFake"):
        return f"fake-{body.get('name', '')}"
    user_id = body.get("userId")
    if not isinstance(user_id, str) or not _MEMBER.fullmatch(user_id):
        raise bad("invalid userId")
    return user_id
