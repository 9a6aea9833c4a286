"""The reports there are: what each finds, what it needs, and how its findings are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

INTERVAL = ("from_time", "to_time")

DEFAULT_DAYS = 30
"""Days before the end of an interval that names no beginning, when neither client nor actor is named."""

MAX_DAYS = 92
"""Days of an interval at most when neither client nor actor is named: every record in it is read."""

ACCESS_DAYS = 6 * 365 + 2
"""Days a client may look back: six years (45 CFR 164.528)."""

CLIENT_ACCESSES = "client-accesses"

NEAR = ("client_id", "actor_id", *INTERVAL, "near_days")

SHARED = {"surname": "family name", "address": "home address", "phone": "phone number"}
"""What somebody may share with a client, in words."""

PURPOSES = {
    "TREAT": "care",
    "HPAYMT": "payment",
    "HOPERAT": "running the practice",
    "PATRQT": "at the client's request",
    "ETREAT": "emergency",
    "BTG": "emergency",
    "SYSADMIN": "running the system",
}
"""Purposes of use (HL7 v3 PurposeOfUse) in words."""


@dataclass(frozen=True, slots=True)
class Report:
    """A question that is ready made."""

    name: str
    summary: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ("client_id", "actor_id", *INTERVAL)


REPORTS = (
    Report(
        "who-saw-client",
        "Everybody who saw or changed data of the client; refusals are left out.",
        ("client_id",),
        ("actor_id", *INTERVAL),
    ),
    Report(
        "all-of-actor",
        "Everything the actor did, refusals too; with day and time_zone, on one local day.",
        ("actor_id",),
        ("client_id", *INTERVAL, "day", "time_zone"),
    ),
    Report(
        "after-hours",
        "What staff did on Saturdays, Sundays and outside of the practice's hours (08:00 to 18:00 unless told).",
        ("time_zone",),
        ("client_id", "actor_id", *INTERVAL, "opens", "closes"),
    ),
    Report(
        "own-record",
        "Staff who opened the record they have as clients; the trail knows it from the sign-in's own client id.",
    ),
    Report(
        "no-relationship",
        "Staff who opened a client with relation none and who did not themselves book, move, cancel or attend an"
        " appointment of that client within near_days (30) before or after. Appointments that others arranged are"
        " not counted: the trail does not name a record's therapist.",
        (),
        NEAR,
    ),
    Report(
        "bulk",
        "Staff who opened threshold (30) or more clients within one clock hour; the row is the hour's last record.",
        (),
        ("actor_id", *INTERVAL, "threshold"),
    ),
    Report(
        "denied-then-allowed",
        "What was allowed within within_min (60) minutes after the same actor was denied with the same client.",
        (),
        ("client_id", "actor_id", *INTERVAL, "within_min"),
    ),
    Report("failed", "What was denied or failed, with the reason."),
    Report(
        "proxy-confidential",
        "What proxies saw of a client, or of an appointment, whose confidentiality had been changed before. The trail"
        " does not tell which way, nor appointments that were confidential from the first.",
    ),
    Report(
        "break-glass",
        "What was opened by breaking the glass; evidence_seq is the review, and is missing when there was none.",
    ),
    Report("trail-queries", "Who asked the trail: queries, reports and proofs, refused ones too."),
    Report(
        CLIENT_ACCESSES,
        "Human accesses of the client's data in the last six years, as the client may see them: role and reason,"
        " nothing that is for staff only.",
        ("client_id",),
        INTERVAL,
    ),
    Report(
        "disclosures",
        "What left the practice: disclosures to others, exports and evidence packages. Whom a disclosure went to stands"
        " in the client's accounting, which booking keeps.",
    ),
    Report(
        "explain",
        "One record: the relation, the policies by id, and the client's nearest appointment record within near_days"
        " (30), that actor's own first.",
        ("seq",),
        ("near_days",),
    ),
    *(
        Report(
            f"same-{word}",
            f"Staff who opened a client with the same {what} as theirs, and the client's nearest appointment record"
            " within near_days (30). The trail knows only keyed hashes of it, as they are now.",
            (),
            NEAR,
        )
        for word, what in SHARED.items()
    ),
    Report(
        "vip",
        "Staff who opened a client of whom the practice has said that people may be curious, and the client's nearest"
        " appointment record within near_days (30).",
        (),
        NEAR,
    ),
    Report("terminated-user", "What people did, or tried to, from the time on at which they had left the practice."),
    Report("break-glass-unreviewed", "What was opened by breaking the glass, as long as nobody has reviewed it."),
    Report(
        "privileges",
        "Who changed who may see what: staff, care teams, proxies, sign-ins of clients, confidentiality, emergencies;"
        " refused attempts too.",
    ),
)

BY_NAME: Mapping[str, Report] = {each.name: each for each in REPORTS}


@dataclass(frozen=True, slots=True)
class Row:
    """A record that a report found."""

    seq: int
    occur_time: datetime
    actor_id: str
    actor_role: str
    relation: str
    via: str
    client_id: str
    operation: str
    action: str
    stage: str
    reason: str
    object_class: str
    object_id: str
    purpose: str
    policies: tuple[str, ...]
    break_glass_id: str
    request_id: str
    disclosed: str = ""
    """What was given out, what for and on which ground, in codes; empty when nothing was."""
    evidence_seq: int | None = None
    evidence_id: str = ""
    evidence_actor_id: str = ""
    count: int = 0
    finding: str = ""


def shown(name: str, row: Row) -> Row:
    """Return a row as the reader of this report may see it: what is for staff only stays out of a client's."""
    if name != CLIENT_ACCESSES:
        return row
    return replace(
        row, seq=0, actor_id="", relation="", via="", operation="", object_id="", policies=(), break_glass_id="",
        request_id="",
    )  # fmt: skip


def finding(name: str, row: Row, *, time_zone: str = "", local: datetime | None = None) -> str:
    """
    Say in words why a row is in the report.

    Args:
        local: When it happened, on the practice's clock; for after-hours only.
    """
    if name == "after-hours" and local is not None:
        return f"{local:%A %H:%M} {time_zone}"
    if name == "no-relationship":
        return "relation none, no appointment of this client by this actor nearby"
    if name == "bulk":
        return f"{row.count} clients within the hour from {row.occur_time:%Y-%m-%dT%H}:00Z"
    if name == "denied-then-allowed":
        return f"denied before, in record {row.evidence_seq}"
    if name == "failed":
        return f"{row.stage}: {row.reason or 'no reason told'}"
    if name == "proxy-confidential":
        return f"confidentiality changed before, in record {row.evidence_seq}"
    if name == "break-glass":
        return "not reviewed" if row.evidence_seq is None else f"reviewed in record {row.evidence_seq}"
    if name == "disclosures":
        return row.disclosed
    if name == CLIENT_ACCESSES:
        return PURPOSES.get(row.purpose, row.purpose)
    if name == "break-glass-unreviewed":
        return "not reviewed"
    if name == "terminated-user":
        return "had left the practice"
    if name == "vip":
        return f"people may be curious about the client; {_explanation(row)}"
    if what := SHARED.get(name.removeprefix("same-")):
        return f"same {what} as the client; {_explanation(row)}"
    return _explanation(row) if name == "explain" else ""


def _explanation(row: Row) -> str:
    by = ", ".join(row.policies) or "no policy"
    decided = f"{'denied' if row.stage == 'denied' else 'permitted'} by {by}; relation {row.relation}"
    emergency = f"; emergency {row.break_glass_id}" if row.break_glass_id else ""
    if row.evidence_seq is None:
        return f"{decided}{emergency}; no appointment of the client nearby"
    whose = "this actor" if row.evidence_actor_id == row.actor_id else row.evidence_actor_id
    return f"{decided}{emergency}; appointment {row.evidence_id or 'unnamed'} by {whose} in record {row.evidence_seq}"
