"""Writes new claims, many in one statement."""

from __future__ import annotations

from services.availability.adapters.rows import INSERT_LANE_1, array, columns, pieces_of
from services.availability.domain.claim import Claim
from services.chassis.db.pool import Connection

INSERT_CLAIMS = """
insert into claims (
    practice_id, claim_id, state, client_id, session_type_id, therapist_id, room_id, site_id, modality,
    start_time, end_time, buffer_before_min, buffer_after_min, start_local, time_zone, fold, tzdata_version,
    wish_digest, hold_expire_time, ask_time, version, is_by_staff
)
select practice_id, claim_id, 'held', client_id, session_type_id, therapist_id, room_id, site_id, modality,
       to_timestamp(start_s), to_timestamp(end_s), before_min, after_min, start_local, time_zone, fold, %s,
       decode(wish_digest, 'hex'), to_timestamp(%s), to_timestamp(%s), 1, is_by_staff
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[],
              %s::bigint[], %s::bigint[], %s::integer[], %s::integer[], %s::text[],
              %s::text[], %s::smallint[], %s::text[], %s::boolean[])
    as given (practice_id, claim_id, client_id, session_type_id, therapist_id, room_id, site_id, modality,
              start_s, end_s, before_min, after_min, start_local, time_zone, fold, wish_digest, is_by_staff)
on conflict do nothing
"""

_ADD_EXTRAS = """
update claims
   set extra_client_ids = %s::uuid[], extra_therapist_ids = %s::uuid[], equipment_ids = %s::uuid[],
       overbooked_ids = %s::uuid[], is_high_need = %s
 where practice_id = %s and claim_id = %s
"""
"""What few claims have: the insert of all the others is not made longer by it."""


def new_row(practice_id: str, new: Claim) -> tuple[str | int | bool, ...]:
    """Return a claim as INSERT_CLAIMS takes it, ready to be sorted."""
    placed = new.placement
    return (
        practice_id,
        new.claim_id,
        new.client_id,
        new.session_type_id,
        placed.therapist_id,
        placed.room_id,
        placed.site_id,
        placed.modality,
        placed.start_s,
        placed.end_s,
        placed.before_min,
        placed.after_min,
        placed.wall.local,
        placed.wall.time_zone,
        placed.wall.fold,
        new.wish_digest.hex(),
        new.is_by_staff,
    )


async def write_extras(conn: Connection, practice_id: str, held: Claim) -> None:
    """Write what few claims have beside therapist, client and room."""
    placed = held.placement
    if placed.overbooked_ids:
        rows = pieces_of(practice_id, held.claim_id, held.pieces(), lane=1)
        await conn.execute(INSERT_LANE_1, columns(rows))
    if held.extra_client_ids or held.extra_therapist_ids or held.is_high_need or placed.extra_ids:
        lists = (held.extra_client_ids, held.extra_therapist_ids, placed.equipment_ids, placed.overbooked_ids)
        words = (*map(array, lists), held.is_high_need, practice_id, held.claim_id)
        await conn.execute(_ADD_EXTRAS, words)
