"""Writes what travels to PostgreSQL in many rows at once, and reads claims back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.rows import TupleRow

from services.availability.domain.claim import Claim, Pending, Piece, Placement, State
from services.availability.domain.wall import WallTime

CLAIM_COLUMNS = """
    claim_id::text, state, client_id::text, session_type_id::text, therapist_id::text,
    coalesce(room_id::text, ''), coalesce(site_id::text, ''), modality,
    extract(epoch from start_time)::bigint, extract(epoch from end_time)::bigint,
    buffer_before_min, buffer_after_min, start_local, time_zone, fold, tzdata_version,
    wish_digest, extract(epoch from hold_expire_time)::bigint, move, version,
    array_to_string(extra_client_ids, ' '), array_to_string(extra_therapist_ids, ' '),
    array_to_string(equipment_ids, ' '), array_to_string(overbooked_ids, ' '), is_high_need, is_by_staff,
    coalesce(seat_of_claim_id::text, '')
"""


def array(values: Iterable[str | int]) -> str:
    """
    Write an array literal; the driver's own way is several times slower.

    Danger: nothing is quoted. Only ids, numbers, zone names and other words without blanks, commas, quotes,
    backslashes and braces may be given. An empty string becomes NULL.
    """
    return "{" + ",".join([str(value) if value != "" else "NULL" for value in values]) + "}"


def pieces_of(
    practice_id: str, claim_id: str, pieces: Iterable[Piece], *, lane: int = 0
) -> list[tuple[str, str, str, int, str, int, int]]:
    """
    Return rows of occupancies in one lane, each ready to be sorted.

    All writers insert in the order of resource, then start.

    That order, and "on conflict do nothing", which waits without having written, keep two processes
    that want the same minutes from waiting for each other.
    """
    return [
        (practice_id, each.resource_id, claim_id, each.number, each.kind, each.span[0], each.span[1])
        for each in pieces
        if each.lane == lane
    ]


INSERT_PIECES = """
insert into occupancies (practice_id, resource_id, claim_id, piece, resource_kind, during)
select practice_id, resource_id, claim_id, piece, resource_kind, tstzrange(to_timestamp(start_s), to_timestamp(end_s))
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[])
    as given (practice_id, resource_id, claim_id, piece, resource_kind, start_s, end_s)
on conflict do nothing
"""
"""Inserts sorted rows of `pieces_of`; a row count below theirs means that another process was first."""


INSERT_LANE_1 = """
insert into occupancies (practice_id, resource_id, claim_id, piece, resource_kind, during, lane)
select practice_id, resource_id, claim_id, piece, resource_kind,
       tstzrange(to_timestamp(start_s), to_timestamp(end_s)), 1
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[])
    as given (practice_id, resource_id, claim_id, piece, resource_kind, start_s, end_s)
"""
"""Inserts rows of `pieces_of` where the constraint does not look: only what was booked over on purpose."""


def columns(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """Turn rows into one array literal a column."""
    return [array(column) for column in zip(*rows, strict=True)]


def claim(row: TupleRow) -> Claim:
    """Return the claim in a row of CLAIM_COLUMNS."""
    return Claim(
        claim_id=row[0],
        state=State(row[1]),
        client_id=row[2],
        session_type_id=row[3],
        placement=Placement(
            row[4],
            row[5],
            row[6],
            row[7],
            row[8],
            row[9],
            row[10],
            row[11],
            WallTime(row[12], row[13], row[14]),
            row[15],
            tuple(row[22].split()),
            tuple(row[23].split()),
        ),
        wish_digest=bytes(row[16]),
        hold_expire_s=row[17],
        pending=_pending(row[18]) if row[18] else None,
        version=row[19],
        extra_client_ids=tuple(row[20].split()),
        extra_therapist_ids=tuple(row[21].split()),
        is_high_need=row[24],
        is_by_staff=row[25],
        seat_of_claim_id=row[26],
    )


def pending_words(pending: Pending) -> dict[str, Any]:
    """Return a pending move as the column `move` holds it."""
    placed = pending.placement
    return {
        "version": pending.version,
        "expire_s": pending.expire_s,
        "therapist_id": placed.therapist_id,
        "room_id": placed.room_id,
        "site_id": placed.site_id,
        "modality": placed.modality,
        "start_s": placed.start_s,
        "end_s": placed.end_s,
        "before_min": placed.before_min,
        "after_min": placed.after_min,
        "local": placed.wall.local,
        "time_zone": placed.wall.time_zone,
        "fold": placed.wall.fold,
        "tzdata_version": placed.tzdata_version,
        "equipment_ids": placed.equipment_ids,
        "overbooked_ids": placed.overbooked_ids,
    }


def _pending(words: dict[str, Any]) -> Pending:
    placed = Placement(
        words["therapist_id"],
        words["room_id"],
        words["site_id"],
        words["modality"],
        words["start_s"],
        words["end_s"],
        words["before_min"],
        words["after_min"],
        WallTime(words["local"], words["time_zone"], words["fold"]),
        words["tzdata_version"],
        tuple(words.get("equipment_ids", ())),
        tuple(words.get("overbooked_ids", ())),
    )
    return Pending(placed, words["version"], words["expire_s"])
