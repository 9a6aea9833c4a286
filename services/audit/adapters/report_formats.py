"""Writes what a report found as lines: JSON, CSV that no spreadsheet runs, FHIR AuditEvent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC
from typing import Any, Final

from services.audit.domain.reports import PURPOSES, Row

COLUMNS: Final = tuple(each.name for each in fields(Row) if each.name != "evidence_actor_id")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

_OUTCOMES: Final = {"complete": "0", "denied": "8", "error": "4"}

_SUBTYPES: Final = {"C": "create", "R": "read", "U": "update", "D": "delete"}
"""restful-interaction of an action; everything else is "operation"."""

_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_BALP: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How a line is written, and the line above all of them."""

    write: Callable[[Row], str]
    header: str = ""


def jsonl(row: Row) -> str:
    """Write a row as one JSON object."""
    return _compact({name: _told(row, name) for name in COLUMNS})


def csv_line(row: Row) -> str:
    """Write a row as CSV (RFC 4180); a cell that would begin a formula gets an apostrophe in front."""
    return _cells([_cell(_told(row, name)) for name in COLUMNS])


def fhir(row: Row) -> str:
    """
    Write a row as a FHIR R4 AuditEvent.

    Source:
        http://hl7.org/fhir/R4/auditevent.html; IHE BALP: user as requestor, the client as entity of type Person in
        the role Patient, the request as entity of type XrequestId.
    """
    agent: Json = {
        "type": {"coding": [_coding(f"{_TERMINOLOGY}/v3-ParticipationType", "IRCP")]},
        "role": [{"text": each} for each in row.actor_role.split(",") if each],
        "who": {"identifier": {"value": row.actor_id}} if row.actor_id else None,
        "requestor": True,
        "policy": [f"urn:kept:policy:{each}" for each in row.policies],
        "purposeOfUse": [{"coding": [_coding(f"{_TERMINOLOGY}/v3-ActReason", row.purpose)]}]
        if row.purpose in PURPOSES
        else None,
    }
    entities: list[Json] = []
    if row.client_id:
        entities.append(
            {
                "what": {"reference": f"Patient/{row.client_id}"},
                "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "1"),
                "role": _coding(f"{_TERMINOLOGY}/object-role", "1"),
            }
        )
    if row.object_id:
        entities.append(
            {
                "what": {"identifier": {"value": row.object_id}},
                "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2"),
                "name": row.object_class or None,
            }
        )
    if row.request_id:
        entities.append({"what": {"identifier": {"value": row.request_id}}, "type": _coding(_BALP, "XrequestId")})
    event: Json = {
        "resourceType": "AuditEvent",
        "id": str(row.seq) if row.actor_id else None,
        "type": _coding(f"{_TERMINOLOGY}/audit-event-type", "rest"),
        "subtype": [_coding("http://hl7.org/fhir/restful-interaction", _SUBTYPES.get(row.action, "operation"))],
        "action": row.action or None,
        "recorded": _instant(row),
        "outcome": _OUTCOMES.get(row.stage),
        "outcomeDesc": row.finding or row.reason or None,
        "agent": [_without_none(agent)],
        "source": {
            "site": "kept",
            "observer": {"display": row.operation.partition(".")[0] or "kept"},
            "type": [_coding(f"{_TERMINOLOGY}/security-source-type", "4")],
        },
        "entity": [_without_none(each) for each in entities],
    }
    return _compact(_without_none(event))


FORMATS: Final = {
    "jsonl": Form(jsonl),
    "csv": Form(csv_line, ",".join(COLUMNS)),
    "fhir": Form(fhir),
}


def _told(row: Row, name: str) -> Any:
    if name == "occur_time":
        return _instant(row)
    value = getattr(row, name)
    return list(value) if isinstance(value, tuple) else value


def _instant(row: Row) -> str:
    return row.occur_time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = " ".join(value)
    text = "" if value is None else str(value)
    text = f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text
    return " ".join(text.splitlines())


def _cells(values: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()


def _coding(system: str, code: str) -> Json:
    return {"system": system, "code": code}


def _without_none(values: Json) -> Json:
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def _compact(values: Json) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
