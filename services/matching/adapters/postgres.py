"""Profiles and caseloads in PostgreSQL; row security sees to the practice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.matching.domain.particulars import Level, Privilege, Strength
from services.matching.domain.profiles import Licence, TherapistProfile

CASELOAD_DAYS = 90
"""Days after their last appointment that a client still takes a place on the panel; one who has ended frees it."""

PARTICULARS = (
    "credentials", "approaches", "populations", "plans", "accessibility", "site_ids", "attributes",
)  # fmt: skip
"""Lists of codes that stand in one column."""

_COLUMNS = """
    p.therapist_id::text, p.display_name, p.licensed_regions, p.specialties, p.languages, p.insurers,
    p.youngest_age, p.oldest_age, p.modalities, p.is_accepting, p.capacity, load.clients + asked.clients, p.version,
    p.licences, p.particulars, load.minutes + 60 * asked.clients
"""

_FROM = f"""
    from therapist_profiles p left join lateral (
        select count(*)::integer as clients, coalesce(sum(c.weekly_min), 0)::integer as minutes
        from caseload_clients c
        where c.practice_id = p.practice_id and c.therapist_id = p.therapist_id
            and (c.last_time is null or c.last_time > now() - interval '{CASELOAD_DAYS} days')
    ) load on true left join lateral (
        select count(*)::integer as clients from proposals o
        where o.practice_id = p.practice_id and o.therapist_id = p.therapist_id and o.state = 1
    ) asked on true
"""  # noqa: S608 - a number of our own

_SAVE = """
    insert into therapist_profiles as p (practice_id, therapist_id, display_name, licensed_regions, specialties,
        languages, insurers, youngest_age, oldest_age, modalities, is_accepting, capacity, licences, particulars,
        version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)
    on conflict on constraint therapist_profiles_pkey do update set
        display_name = excluded.display_name, licensed_regions = excluded.licensed_regions,
        specialties = excluded.specialties, languages = excluded.languages, insurers = excluded.insurers,
        youngest_age = excluded.youngest_age, oldest_age = excluded.oldest_age, modalities = excluded.modalities,
        is_accepting = excluded.is_accepting, capacity = excluded.capacity, licences = excluded.licences,
        particulars = excluded.particulars, version = p.version + 1, update_time = now()
"""

_ONE = f"select {_COLUMNS} {_FROM} where p.practice_id = %s and p.therapist_id = %s"

_LOCK = f"{_ONE} for no key update of p"

_ALL = f"select {_COLUMNS} {_FROM} where p.practice_id = %s"

_PAGE = f"""
    select {_COLUMNS} {_FROM}
    where p.practice_id = %s and (p.display_name, p.therapist_id) > (%s, %s)
    order by p.display_name, p.therapist_id limit %s
"""

_ADD_CLIENT = """
    insert into caseload_clients (practice_id, therapist_id, client_id, last_time) values (%s, %s, %s, %s)
    on conflict (practice_id, therapist_id, client_id) do update
    set last_time = greatest(caseload_clients.last_time, excluded.last_time)
"""

_THERAPISTS_OF = """
    select client_id::text, therapist_id::text from caseload_clients
    where practice_id = %s and client_id = any (%s::uuid[])
"""


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
                    Jsonb(_particulars_row(profile)),
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

    async def add_to_caseload(self, call: Call, therapist_id: str, client_id: str, *, last_time: datetime) -> None:
        """Count the client among the therapist's until long after their last appointment; again changes nothing."""
        async with call.tx() as conn:
            await conn.execute(_ADD_CLIENT, (call.practice_id, therapist_id, client_id, last_time))

    async def therapists_of(self, call: Call, client_ids: Collection[str]) -> list[tuple[str, str]]:
        """Return (client, therapist) of all who treat, or have treated, these clients."""
        async with self._database.begin([call.practice_id]) as conn:
            cursor = await conn.execute(_THERAPISTS_OF, (call.practice_id, list(client_ids)))
            return [(row[0], row[1]) for row in await cursor.fetchall()]


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
        caseload_min=row[15],
        **_particulars(row[14]),
    )


def _particulars_row(profile: TherapistProfile) -> dict[str, Any]:
    """Return what stands in one column; what is empty is left out."""
    found: dict[str, Any] = {name: list(getattr(profile, name)) for name in PARTICULARS}
    found |= {"experience_years": profile.experience_years, "panel_min": profile.panel_min}
    found["strengths"] = [asdict(each) for each in profile.strengths]
    found["privileges"] = [asdict(each) for each in profile.privileges]
    return {name: value for name, value in found.items() if value}


def _particulars(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: tuple(row.get(name, ())) for name in PARTICULARS}
    found |= {"experience_years": row.get("experience_years", 0), "panel_min": row.get("panel_min", 0)}
    found["strengths"] = tuple(
        Strength(each["domain"], Level(each["level"]), each["case_count"]) for each in row.get("strengths", ())
    )
    found["privileges"] = tuple(Privilege(**each) for each in row.get("privileges", ()))
    return found


def _licence_row(licence: Licence) -> dict[str, str]:
    verify_time = licence.verify_time.isoformat() if licence.verify_time else ""
    return {**asdict(licence), "verify_time": verify_time}


def _licence(row: dict[str, str]) -> Licence:
    verify_time = datetime.fromisoformat(row["verify_time"]) if row["verify_time"] else None
    return Licence(row["region"], row["expire_date"], row["verify_actor_id"], verify_time)
