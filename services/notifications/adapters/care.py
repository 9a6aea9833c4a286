"""Tells which therapists look after which client, from the appointments heard of."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.context import Actor
from services.chassis.db.pool import Connection, Database
from services.chassis.glasses import broken_glass


class CareRelations:
    """
    Answers "self" from the actor token, "care_team" and "break_glass" from our rows.

    Who acts for a client is booking's to know.
    """

    def __init__(self, database: Database) -> None:
        """Ask this database."""
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self", "care_team" and "break_glass" hold."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if actor.therapist_id and client_id and await self._is_in_care(actor, client_id):
            return frozenset({"care_team"})
        return await broken_glass(self._database, actor, client_id)

    async def _is_in_care(self, actor: Actor, client_id: str) -> bool:
        async with self._database.begin([actor.practice_id]) as conn:
            found = await conn.execute(
                "select 1 from care_pairs where practice_id = %s and client_id = %s and therapist_id = %s",
                (actor.practice_id, client_id, actor.therapist_id),
            )
            return await found.fetchone() is not None


async def note_pairs(conn: Connection, pairs: Sequence[tuple[str, str, str]]) -> None:
    """Remember which therapist sees which client: (practice, client, therapist)."""
    if not pairs:
        return
    distinct = sorted(set(pairs))
    await conn.execute(
        "insert into care_pairs (practice_id, client_id, therapist_id)"
        " select * from unnest(%s::uuid[], %s::uuid[], %s::uuid[])"
        " on conflict on constraint care_pairs_pkey do nothing",
        [list(column) for column in zip(*distinct, strict=True)],
    )


async def therapists_of(conn: Connection, practice_id: str, client_id: str) -> list[str]:
    """Return the therapists of a client."""
    found = await conn.execute(
        "select therapist_id::text from care_pairs where practice_id = %s and client_id = %s order by therapist_id",
        (practice_id, client_id),
    )
    return [str(row[0]) for row in await found.fetchall()]
