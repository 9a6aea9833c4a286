"""Profiles, caseloads and matches in PostgreSQL; row security sees to the practice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from kept.matching.v1 import matching_pb2
from psycopg.types.json import Jsonb

from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.matching.adapters.proto import match_to
from services.matching.domain.profiles import Licence, TherapistProfile
from services.matching.usecases.ports import Run

_COLUMNS = """
    p.therapist_id::text, p.display_name, p.licensed_regions, p.specialties, p.languages, p.insurers,
    p.youngest_age, p.oldest_age, p.modalities, p.is_accepting, p.capacity,
    (select count(*) from caseload_clients c where c.practice_id = p.practice_id and c.therapist_id = p.therapist_id),
    p.version, p.licences
"""


_SAVE = """
    insert into therapist_profiles as p (practice_id, therapist_id, display_name, licensed_regions, specialties,
        languages, insurers, youngest_age, oldest_age, modalities, is_accepting, capacity, licences, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)
    on conflict on constraint therapist_profiles_pkey do update set
        display_name = excluded.display_name, licensed_regions = excluded.licensed_regions,
        specialties = excluded.specialties, languages = excluded.languages, insurers = excluded.insurers,
        youngest_age = excluded.youngest_age, oldest_age = excluded.oldest_age, modalities = excluded.modalities,
        is_accepting = excluded.is_accepting, capacity = excluded.capacity,
        licences = excluded.licences, version = p.version + 1, update_time = now()
"""

_ONE = f"select {_COLUMNS} from therapist_profiles p where p.practice_id = %s and p.therapist_id = %s"  # noqa: S608

_LOCK = f"{_ONE} for no key update of p"

_ALL = f"select {_COLUMNS} from therapist_profiles p where p.practice_id = %s"  # noqa: S608

_PAGE = f"""
    select {_COLUMNS} from therapist_profiles p
    where p.practice_id = %s and (p.display_name, p.therapist_id) > (%s, %s)
    order by p.display_name, p.therapist_id limit %s
"""  # noqa: S608

_ADD_CLIENT = """
    insert into caseload_clients (practice_id, therapist_id, client_id) values (%s, %s, %s) on conflict do nothing
"""

_SAVE_MATCH = """
    insert into matches (practice_id, match_id, client_id, answer, weights_version, create_time)
    values (%s, %s, %s, %s, %s, %s)
"""

_ANSWER = "select answer from matches where practice_id = %s and match_id = %s"


class PostgresProfiles:
    """Keeps therapist profiles and caseloads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, call: Call, profile: TherapistProfile) -> TherapistProfile:
        """Create or replace; return it with its version and caseload."""
        async with call.tx() as conn:
            await conn.execute(
                _SAVE,
                (
                    call.practice_id,
                    profile.therapist_id,
                    profile.display_name,
                    list(profile.licensed_regions),
                    list(profile.specialties),
                    list(profile.languages),
                    list(profile.insurers),
                    profile.youngest_age,
                    profile.oldest_age,
                    list(profile.modalities),
                    profile.is_accepting,
                    profile.capacity,
                    Jsonb([_licence_row(each) for each in profile.licences]),
                ),
            )
            stored = await _one(conn, call.practice_id, profile.therapist_id)
        return stored or replace(profile, version=1)

    async def find(self, call: Call, therapist_id: str) -> TherapistProfile | None:
        """Return one, or None."""
        async with call.tx() as conn:
            return await _one(conn, call.practice_id, therapist_id)

    async def lock(self, call: Call, therapist_id: str) -> TherapistProfile | None:
        """Return one that nobody else can change until this call ends, or None."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK, (call.practice_id, therapist_id))).fetchone()
        return _profile(row) if row else None

    async def page(self, call: Call, *, after: tuple[str, str], limit: int) -> list[TherapistProfile]:
        """Return at most limit by (display_name, therapist_id), after the given pair."""
        async with call.tx() as conn:
            cursor = await conn.execute(_PAGE, (call.practice_id, *after, limit))
            return [_profile(row) for row in await cursor.fetchall()]

    async def all(self, call: Call) -> list[TherapistProfile]:
        """Return every profile of the practice, outside of the call's own transaction."""
        async with self._database.begin([call.practice_id]) as conn:
            cursor = await conn.execute(_ALL, (call.practice_id,))
            return [_profile(row) for row in await cursor.fetchall()]

    async def add_to_caseload(self, call: Call, therapist_id: str, client_id: str) -> None:
        """Count the client among the therapist's; again changes nothing."""
        async with call.tx() as conn:
            await conn.execute(_ADD_CLIENT, (call.practice_id, therapist_id, client_id))


class PostgresMatches:
    """Keeps runs whole."""

    async def save(self, call: Call, run: Run) -> matching_pb2.Match:
        """Store a run and return it as it is answered, now and later."""
        match = match_to(run)
        async with call.tx() as conn:
            await conn.execute(
                _SAVE_MATCH,
                (
                    call.practice_id,
                    match.match_id,
                    match.client_id,
                    match.SerializeToString(),
                    match.weights_version,
                    run.create_time,
                ),
            )
        return match

    async def find(self, call: Call, match_id: str) -> matching_pb2.Match | None:
        """Return a run, or None."""
        async with call.tx() as conn:
            row = await (await conn.execute(_ANSWER, (call.practice_id, match_id))).fetchone()
        return matching_pb2.Match.FromString(bytes(row[0])) if row else None


async def _one(conn: Connection, practice_id: str, therapist_id: str) -> TherapistProfile | None:
    row = await (await conn.execute(_ONE, (practice_id, therapist_id))).fetchone()
    return _profile(row) if row else None


def _profile(row: Sequence[Any]) -> TherapistProfile:
    return TherapistProfile(
        therapist_id=row[0],
        display_name=row[1],
        licensed_regions=tuple(row[2]),
        specialties=tuple(row[3]),
        languages=tuple(row[4]),
        insurers=tuple(row[5]),
        youngest_age=row[6],
        oldest_age=row[7],
        modalities=tuple(row[8]),
        is_accepting=row[9],
        capacity=row[10],
        caseload=row[11],
        version=row[12],
        licences=tuple(_licence(each) for each in row[13]),
    )


def _licence_row(licence: Licence) -> dict[str, str]:
    verify_time = licence.verify_time.isoformat() if licence.verify_time else ""
    return {**asdict(licence), "verify_time": verify_time}


def _licence(row: dict[str, str]) -> Licence:
    verify_time = datetime.fromisoformat(row["verify_time"]) if row["verify_time"] else None
    return Licence(row["region"], row["expire_date"], row["verify_actor_id"], verify_time)
