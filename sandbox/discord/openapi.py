"""Discord's own description of its API (an OpenAPI 3.1 document), asked whether a request body has the right shape.

The document is Discord's and lies beside the repository, not in it. A union is decided by the field that tells its
cases apart before anything is validated: that is quick, and a complaint names the field instead of the union.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_SHOWN = 8
_LONGEST = 160
# Where the document is narrower than what Discord takes from discord.py 2.7.1.
_CORRECTIONS: dict[str, Schema] = {
    # discord.py sends the snowflakes of mentions, references and attachments as numbers.
    "SnowflakeType": {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$", "minimum": 0},
}
# Permissions travel as decimal strings, as Discord's prose says; the document calls these integers.
_BITS = {"permissions", "allow", "deny", "default_member_permissions"}


class Spec:
    """Which operations Discord has, and which bodies they take. Validators are built on first use and kept."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas: dict[str, Schema] = {**document["components"]["schemas"], **_CORRECTIONS}
        self._simple: dict[str, Schema] = {}
        self._validators: dict[tuple[str, str], Any] = {}
        self._paths = document["paths"]
        self._templates = [(_pattern(path), path) for path in sorted(self._paths, key=_fixed_first)]

    @classmethod
    def load(cls, path: Path) -> "Spec":
        """Read the document from `path`; raises OSError when it is not there."""
        return cls(json.loads(path.read_text("utf-8")))

    def check(self, method: str, path: str, body: Any) -> list[str]:
        """Complaints about `body`, each beginning with the field it is about; none when all is well.

        `path` is below /api/v10, with or without a query; `body` the decoded JSON (of a multipart request its
        payload_json), None without one. An operation the document does not know is a complaint too.
        """
        verb, plain = method.lower(), path.partition("?")[0]
        template = self._template(verb, plain)
        if template is None:
            return [f"{method.upper()} {plain}: Discord documents no such operation"]
        if "requestBody" not in self._paths[template][verb]:
            return [f"{method.upper()} {template}: takes no body"] if body else []
        found = self._validator(verb, template).iter_errors({} if body is None else body)
        return list(_complaints(found))

    def _template(self, verb: str, path: str) -> str | None:
        known = (one for pattern, one in self._templates if verb in self._paths[one] and pattern.fullmatch(path))
        return next(known, None)

    def _validator(self, verb: str, template: str) -> Any:
        key = (verb, template)
        if key not in self._validators:
            content = self._paths[template][verb]["requestBody"]["content"]
            media = content.get("application/json") or content.get("multipart/form-data") or {}
            self._validators[key] = _Validator(self._simplify(media.get("schema", {})))
        return self._validators[key]

    def _simplify(self, schema: Schema) -> Schema:
        """`schema` with references put in place and unions told apart; the document has no circles."""
        if "$ref" in schema:
            return self._named(schema["$ref"].removeprefix(_REF))
        simple = {key: self._inside(key, value) for key, value in schema.items() if key in _KEYWORDS}
        if "enum" in schema:
            simple.pop("allOf", None)  # it only repeats the enumeration the value comes from
        for union in ("oneOf", "anyOf"):
            if union in simple:
                simple |= _told_apart(simple.pop(union))
        return simple

    def _named(self, name: str) -> Schema:
        if name not in self._simple:
            self._simple[name] = self._simplify(self._schemas[name])
        return self._simple[name]

    def _inside(self, key: str, value: Any) -> Any:
        if key == "properties":
            return {name: _widened(name, self._simplify(schema)) for name, schema in value.items()}
        if key in ("items", "additionalProperties") and isinstance(value, dict):
            return self._simplify(value)
        if key in ("oneOf", "anyOf", "allOf"):
            return [self._simplify(schema) for schema in value]
        return value


def _fixed_first(path: str) -> list[bool]:
    """Sorts `/messages/@original` before `/messages/{message_id}`."""
    return [part.startswith("{") for part in path.split("/")]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", path)))


def _widened(name: str, schema: Schema) -> Schema:
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if name in _BITS and "integer" in kinds:
        return {**schema, "type": [*kinds, "string"], "pattern": "^[0-9]+$"}
    return schema


def _told_apart(cases: Sequence[Schema]) -> Schema:
    """A union as one quick keyword: a list of constants, cases by a field's value, or any of several."""
    real = [case for case in cases if case.get("type") != "null"]
    if len(real) < len(cases):
        return {"x-nullable": real[0] if len(real) == 1 else _told_apart(real)}
    if all("const" in case for case in real):
        return {"enum": [case["const"] for case in real]}
    for field in real[0].get("properties", {}):
        tagged = [(tag, case) for case in real for tag in _tags(case, field)]
        if all(_tags(case, field) for case in real) and len(tagged) == len(dict(tagged)):
            return {"x-by": {"field": field, "cases": dict(tagged)}}
    return {"x-any": real}


def _tags(case: Schema, field: str) -> Sequence[Any]:
    """The values `field` must have in this case of a union; none when it may be left out or be anything."""
    return case.get("properties", {}).get(field, {}).get("enum", ()) if field in case.get("required", ()) else ()


def _by(validator: Any, union: Schema, instance: Any, _schema: Schema) -> Iterator[ValidationError]:
    tag = instance.get(union["field"]) if isinstance(instance, dict) else None
    case = union["cases"].get(tag) if isinstance(tag, int | str) else None
    if case is None:
        allowed = ", ".join(map(str, sorted(union["cases"])))
        yield ValidationError(f"{union['field']} {tag!r} is not one of {allowed}")
    else:
        yield from validator.descend(instance, case)


def _nullable(validator: Any, inner: Schema, instance: Any, _schema: Schema) -> Iterator[ValidationError]:
    if instance is not None:
        yield from validator.descend(instance, inner)


def _any(validator: Any, cases: Sequence[Schema], instance: Any, _schema: Schema) -> Iterator[ValidationError]:
    """The faults of the case that comes nearest: a wrong type says it was not meant at all."""
    yield from min((list(validator.descend(instance, case)) for case in cases), key=_distance)


def _distance(faults: Sequence[ValidationError]) -> tuple[int, int]:
    return sum(fault.validator in ("type", "enum", "required") for fault in faults), len(faults)


_Validator = extend(Draft202012Validator, {"x-by": _by, "x-nullable": _nullable, "x-any": _any})
_KEYWORDS = {
    *("type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"),
    *("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    *("items", "minItems", "maxItems", "uniqueItems", "oneOf", "anyOf", "allOf"),
}


def _complaints(faults: Iterable[ValidationError]) -> Iterator[str]:
    """The first few faults, each as `components.0.label: ...`, shortened in the middle."""
    for number, fault in enumerate(faults):
        if number == _SHOWN:
            yield "and more"
            return
        yield f"{'.'.join(map(str, fault.absolute_path)) or 'body'}: {_short(fault.message)}"


def _short(message: str) -> str:
    half = _LONGEST // 2
    return message if len(message) <= _LONGEST else f"{message[:half]} … {message[-half:]}"
