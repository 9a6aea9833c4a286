"""Takes what was done to the trail's own schema into the trail."""

from __future__ import annotations

import structlog

from services.chassis import audit
from services.chassis.context import NO_PRACTICE, Actor, Call
from services.chassis.db.envelope import AuditDraft, Envelope, write_envelopes
from services.chassis.db.pool import Connection, Database

BATCH = 100
"""Transactions told in one round."""

NAMED_MOST = 10
"""Objects named in one record; a migration has dozens."""

_CURSOR = "select change_id from schema_changes_told for update"

_CHANGES = """
    select role, transaction_id, min(change_time), max(change_id), count(*),
           (array_agg(distinct tag || ' ' || object order by tag || ' ' || object))[1:%s]
      from kept_log.schema_changes where change_id > %s
     group by role, transaction_id order by max(change_id) limit %s
"""

log = structlog.get_logger(__name__)


class SchemaChanges:
    """The list a superuser's event trigger keeps (deploy/k8s/overlays/dev/log-schema-changes.psql)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_missed = False

    async def tell(self) -> int:
        """Write a record for each transaction that changed the schema, once; return how many."""
        async with self._database.begin([NO_PRACTICE]) as conn:
            if not await self._is_kept(conn):
                return 0
            row = await (await conn.execute(_CURSOR)).fetchone()
            since = int(row[0]) if row else 0
            found = await (await conn.execute(_CHANGES, (NAMED_MOST, since, BATCH))).fetchall()
            if not found:
                return 0
            drafts: list[AuditDraft] = []
            for role, transaction_id, at, _, count, objects in found:
                actor = Actor(f"database:{role}", "system", NO_PRACTICE)
                call = Call(actor=actor, method="audit.ChangeSchema")
                call.resource_id = f"{count} changes in transaction {transaction_id} at {at.isoformat()}"
                [draft] = audit.complete(call)
                drafts.append({**draft, "fields": list(objects)})
            await conn.execute("update schema_changes_told set change_id = %s", (max(each[3] for each in found),))
            await write_envelopes(conn, [Envelope(NO_PRACTICE, audit=drafts)])
        for role, *_ in found:
            log.warning("schema.changed", role=role)
        return len(found)

    async def _is_kept(self, conn: Connection) -> bool:
        """Tell whether the list is there; an older database has none, which is said once."""
        row = await (await conn.execute("select to_regclass('kept_log.schema_changes') is not null")).fetchone()
        is_kept = bool(row and row[0])
        if not is_kept and not self._is_missed:
            self._is_missed = True
            log.error("schema.unwatched")
        return is_kept
