"""Serves the trail: queries and proofs, and signs trees that grew."""

from __future__ import annotations

import structlog
from kept.audit.v1 import (
    audit_pb2,
    audit_service_pb2,
    capture_service_pb2,
    report_service_pb2,
    retention_service_pb2,
    watch_service_pb2,
)

from services.audit.adapters import metrics
from services.audit.adapters.postgres_reports import PostgresReports
from services.audit.adapters.proto import moment, record_message
from services.audit.adapters.schema_changes import SchemaChanges
from services.audit.bootstrap import Parts, bootstrap
from services.audit.capture_servicer import CaptureServicer
from services.audit.domain.tiles import WIDTH, write_bundle
from services.audit.keeping import Keeping
from services.audit.reactions import CAPTURED, reactions
from services.audit.report_servicer import ReportServicer
from services.audit.retention_servicer import RetentionServicer
from services.audit.usecases.ports import Head, Question, Stored
from services.audit.usecases.prove import prove_consistency, prove_inclusion
from services.audit.usecases.query_records import get_record, query_records
from services.audit.usecases.read_tiles import read_entries, read_tile
from services.audit.usecases.sign_checkpoint import sign_checkpoint
from services.audit.watch_servicer import WatchServicer
from services.audit.watching import Watching
from services.chassis import errors
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.events.inbox import InboxRunner
from services.chassis.jobs import Every
from services.chassis.rpc.callers import check_uuid
from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.chassis.rpc.server import Application, run

PAGE_DEFAULT, PAGE_MOST = 100, 1000
PAGE_BYTES_MAX = 512 * 1024
"""Bytes of records in one answer at most, half of what a message may have."""

SIGN_EVERY_S = 1
"""Seconds between two rounds of signing; a question for a checkpoint signs at once."""

SIGN_BATCH = 500

DETACH_EVERY_S = 2.0
"""Seconds between two looks for detachments to go on with; nearly always there is none."""

TELL_EVERY_S = 5.0
"""Seconds between two looks at what was done to the schema."""

COPY_EVERY_S = 60.0
"""Seconds between two copies of a tree's latest checkpoint to every witness."""

INBOX_BATCH = 10
"""Batches of up to 500 records that are taken in together: 5,000 records are some 8 MB in memory."""

READER = "reader"
"""The role of methods that only read: it sees the trail of the practice, and can't write."""

log = structlog.get_logger(__name__)


class AuditServicer:
    """Turns each request into words of the trail, calls the use case, and turns its answer back."""

    def __init__(self, parts: Parts, watching: Watching) -> None:
        self._parts = parts
        self._trail = parts.trail
        self.watching = watching

    async def QueryRecords(
        self, request: audit_service_pb2.QueryRecordsRequest, call: Call
    ) -> audit_service_pb2.QueryRecordsResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        if request.is_evidence:
            call.disclosure = {"what": "evidence-package", "purpose": "EVIDENCE"}
        asked = f"{request.client_id}|{request.actor_id}|{request.from_time}|{request.to_time}"
        place = read_page_token(asked, request.page_token)
        question = Question(
            client_id=check_uuid(request.client_id, "client_id") if request.client_id else "",
            actor_id=request.actor_id,
            from_time=moment(request.from_time, is_set=request.HasField("from_time")),
            to_time=moment(request.to_time, is_set=request.HasField("to_time")),
            before_seq=int(place[0]) if place else None,
            limit=size + 1,
        )
        found = await query_records(question, call, trail=self._trail)
        page = fitting(found[:size])
        return audit_service_pb2.QueryRecordsResponse(
            records=[record_message(each) for each in page],
            next_page_token=page_token(asked, page[-1].seq) if len(page) < len(found) else "",
        )

    async def GetRecord(self, request: audit_service_pb2.GetRecordRequest, call: Call) -> audit_pb2.Record:
        return record_message(await get_record(request.seq, call, trail=self._trail))

    async def GetCheckpoint(self, request: audit_service_pb2.GetCheckpointRequest, call: Call) -> audit_pb2.Checkpoint:
        await call.authorize()
        # Signing writes, and who asks only reads.
        signing = Call(actor=call.actor, method=call.method, database=self._parts.database)
        try:
            head, note = await self.sign(signing)
            await signing.close()
        except Exception as error:
            await signing.close(error)
            raise
        return audit_pb2.Checkpoint(note=note, size=head.size, root=head.root)

    async def GetInclusionProof(
        self, request: audit_service_pb2.GetInclusionProofRequest, call: Call
    ) -> audit_service_pb2.InclusionProof:
        hashes = await prove_inclusion(request.seq, request.tree_size, call, trail=self._trail)
        return audit_service_pb2.InclusionProof(seq=request.seq, tree_size=request.tree_size, hashes=hashes)

    async def GetConsistencyProof(
        self, request: audit_service_pb2.GetConsistencyProofRequest, call: Call
    ) -> audit_service_pb2.ConsistencyProof:
        hashes = await prove_consistency(request.first_size, request.second_size, call, trail=self._trail)
        return audit_service_pb2.ConsistencyProof(
            first_size=request.first_size, second_size=request.second_size, hashes=hashes
        )

    async def GetTile(self, request: audit_service_pb2.GetTileRequest, call: Call) -> audit_service_pb2.Tile:
        hashes = await read_tile(request.level, request.index, request.width or WIDTH, call, trail=self._trail)
        return audit_service_pb2.Tile(hashes=b"".join(hashes))

    async def GetEntries(self, request: audit_service_pb2.GetEntriesRequest, call: Call) -> audit_service_pb2.Entries:
        found = await read_entries(request.index, request.width or WIDTH, call, trail=self._trail)
        return audit_service_pb2.Entries(bundle=write_bundle(found))

    async def GetDetached(
        self, request: audit_service_pb2.GetDetachedRequest, call: Call
    ) -> audit_service_pb2.Detached:
        end_seq, note = await self._parts.retention.detached(call)
        return audit_service_pb2.Detached(end_seq=end_seq, note=note)

    async def sign(self, call: Call) -> tuple[Head, str]:
        """Sign the practice's tree if it grew."""
        return await sign_checkpoint(call, trail=self._trail, witness=self._parts.witness, signer=self._parts.signer)

    async def sign_grown_trees(self) -> None:
        """Sign every tree that grew; one that was rewritten is told, and does not stop the others."""
        database = self._parts.database
        async with database.begin([]) as conn:
            rows = await (
                await conn.execute("select practice_id::text from trees_unsigned(%s)", (SIGN_BATCH,))
            ).fetchall()
        unsigned = 0
        for (practice_id,) in rows:
            actor = Actor("system:audit", "system", practice_id)
            call = Call(actor=actor, method="audit.SignTrees", database=database)
            try:
                await self.sign(call)
                await call.close()
            except errors.RuleViolated as error:
                await call.close(error)
                metrics.FORKS.inc()
                unsigned += 1
                log.error("log.fork", reason=error.reason, **(error.metadata | {"practice_id": practice_id}))
                await self.watching.fork_found(practice_id, error)
            except Exception as error:  # one tree that can't be signed must not keep the others unsigned
                unsigned += 1
                await call.close(error)
                log.exception("checkpoint.failed", practice_id=practice_id)
        metrics.UNSIGNED.set(unsigned)


def fitting(records: list[Stored]) -> list[Stored]:
    """Return the records that fit into one message, at least one."""
    room, count = PAGE_BYTES_MAX, 0
    for each in records:
        room -= len(each.canonical)
        if room < 0 and count:
            break
        count += 1
    return records[:count]


async def application(config: ProcessConfig) -> Application:
    """Build the process: one servicer, the taking in, the signing."""
    parts = await bootstrap(config)
    watching = Watching(parts.database)
    servicer = AuditServicer(parts, watching)
    handled = reactions(parts.trail, parts.retention, parts.signer.certify)
    keeping = Keeping(parts)
    metrics.WITNESSES.set(len(parts.witnesses))
    return Application(
        service="audit",
        config=config,
        database=parts.database,
        reader=parts.database.acting_as(READER),
        servicers=[
            (audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"], servicer),
            (report_service_pb2.DESCRIPTOR.services_by_name["ReportService"], ReportServicer(PostgresReports())),
            (
                retention_service_pb2.DESCRIPTOR.services_by_name["RetentionService"],
                RetentionServicer(store=parts.retention, archive=parts.archive, clock=parts.clock),
            ),
            (capture_service_pb2.DESCRIPTOR.services_by_name["CaptureService"], CaptureServicer()),
            (
                watch_service_pb2.DESCRIPTOR.services_by_name["WatchService"],
                WatchServicer(watching.detection.rules),
            ),
        ],
        optimistic={"RecordAccess"},
        background=[
            # A batch that comes after a later one of its emitter holds other records: none may be passed over.
            InboxRunner(parts.database, handled, service="audit", additive={CAPTURED}, batch=INBOX_BATCH),
            Every(SIGN_EVERY_S, servicer.sign_grown_trees, "sign_grown_trees", parts.database),
            Every(DETACH_EVERY_S, keeping.work_on_detachments, "work_on_detachments", parts.database),
            Every(TELL_EVERY_S, SchemaChanges(parts.database).tell, "tell_schema_changes", parts.database),
            Every(COPY_EVERY_S, keeping.copy_checkpoints, "copy_checkpoints", parts.database),
            *watching.jobs(),
        ],
    )


if __name__ == "__main__":
    run("audit", application)
