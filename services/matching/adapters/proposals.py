"""Keeps therapists proposed to clients, and batches with their inputs, in PostgreSQL."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

import psycopg.errors
from google.protobuf.message import Message
from kept.matching.v1 import intake_events_pb2, intake_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.matching.domain import errors
from services.matching.domain.batch import Inputs
from services.matching.domain.intake import DeclineReason, Proposal, ProposalState, Side
from services.matching.usecases.intake_ports import StoredBatch

_COLUMNS = """
    proposal_id::text, client_id::text, therapist_id::text, fit_ratio, weights_version, create_time, expire_time,
    coalesce(intake_id::text, ''), coalesce(batch_id::text, ''), coalesce(match_id::text, ''), state, settle_time,
    coalesce(appointment_id::text, ''), declined_by, reason, version
"""
_ADD = """
    insert into proposals (practice_id, proposal_id, client_id, therapist_id, fit_ratio, weights_version, create_time,
        expire_time, intake_id, batch_id, match_id, state, settle_time, appointment_id, declined_by, reason, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, '')::uuid, nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s, %s,
        nullif(%s, '')::uuid, %s, %s, %s)
"""
_SAVE = """
    update proposals set state = %s, settle_time = %s, appointment_id = nullif(%s, '')::uuid, declined_by = %s,
        reason = %s, version = %s
    where practice_id = %s and proposal_id = %s
"""
_FIND = f"select {_COLUMNS} from proposals where practice_id = %s and proposal_id = %s"  # noqa: S608 - literal columns
_LOCK = f"{_FIND} for no key update"
_LOCK_OPEN = f"""
    select {_COLUMNS} from proposals
    where practice_id = %s and client_id = %s and state = 1 and (%s = '' or therapist_id::text = %s)
    order by proposal_id for no key update
"""  # noqa: S608 - literal columns
_PAGE = """
    select {columns} from proposals
    where practice_id = %s and {who} = %s and (%s = 0 or state = %s) and proposal_id < %s
    order by proposal_id desc limit %s
"""
_OF_CLIENT = _PAGE.format(columns=_COLUMNS, who="client_id")
_OF_THERAPIST = _PAGE.format(columns=_COLUMNS, who="therapist_id")
_KEPT = """
    select client_id::text, therapist_id::text from proposals
    where practice_id = %s and client_id = any (%s::uuid[]) and state <= 2 and create_time >= %s
"""
_PLACED = """
    select therapist_id::text, count(*)::integer from proposals
    where practice_id = %s and state = 2 and settle_time >= %s and settle_time < %s group by 1
"""
_DUE = "select practice_id::text, proposal_id::text from proposals_due(%s)"
_STALE = "select practice_id::text, batch_id::text from batches_stale(%s)"
_ADD_BATCH = """
    insert into batches (practice_id, batch_id, policy, weights_version, seed, inputs, pairs, is_stale, create_time)
    values (%s, %s, %s, %s, %s, %s, %s, false, %s)
"""
_FIND_BATCH = """
    select weights_version, inputs, pairs, create_time from batches where practice_id = %s and batch_id = %s
"""
_SET_STALE = "update batches set is_stale = %s where practice_id = %s and batch_id = %s"

Rows = list[tuple[str, str]]


class PostgresProposals:
    """Writes in the call's own transaction; no proposal changes without its event."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, call: Call, proposals: Sequence[Proposal]) -> None:
        """Store new proposals and say so. Raises AlreadyProposed."""
        async with call.tx() as conn, conn.cursor() as cursor:
            try:
                await cursor.executemany(_ADD, [(call.practice_id, *astuple(each)) for each in proposals])
            except psycopg.errors.UniqueViolation:
                raise errors.AlreadyProposed("The therapist is proposed to the client already.") from None
        for each in proposals:
            _publish(call, intake_events_pb2.ProposalMade(proposal=_facts(call, each)), each)

    async def find(self, call: Call, proposal_id: str) -> Proposal:
        """Return a proposal. Raises ProposalNotFound."""
        return await self._one(call, _FIND, proposal_id)

    async def lock(self, call: Call, proposal_id: str) -> Proposal:
        """Return one that nobody else can change until this call ends. Raises ProposalNotFound."""
        return await self._one(call, _LOCK, proposal_id)

    async def lock_open(self, call: Call, client_id: str, therapist_id: str = "") -> list[Proposal]:
        """Return a client's open proposals, of one therapist or of all, locked."""
        async with call.tx() as conn:
            cursor = await conn.execute(_LOCK_OPEN, (call.practice_id, client_id, therapist_id, therapist_id))
            return [_proposal(row) for row in await cursor.fetchall()]

    async def save(self, call: Call, proposal: Proposal) -> None:
        """Store how a proposal ended, and say so."""
        ended = (proposal.state, proposal.settle_time, proposal.appointment_id, proposal.declined_by, proposal.reason)
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*ended, proposal.version, call.practice_id, proposal.proposal_id))
        _publish(call, _event(call, proposal), proposal)

    async def page(
        self, call: Call, *, client_id: str, therapist_id: str, state: int, before: str, limit: int
    ) -> list[Proposal]:
        """Return at most limit proposals of a client or a therapist older than the given id, newest first."""
        statement, who = (_OF_CLIENT, client_id) if client_id else (_OF_THERAPIST, therapist_id)
        async with call.tx() as conn:
            cursor = await conn.execute(statement, (call.practice_id, who, state, state, before, limit))
            return [_proposal(row) for row in await cursor.fetchall()]

    async def kept(self, call: Call, client_ids: Collection[str], *, since: datetime) -> list[tuple[str, str]]:
        """Return (client, therapist) of proposals made since a time that are open or accepted."""
        async with call.tx() as conn:
            cursor = await conn.execute(_KEPT, (call.practice_id, list(client_ids), since))
            return [(row[0], row[1]) for row in await cursor.fetchall()]

    async def placed(self, call: Call, *, from_time: datetime, to_time: datetime) -> dict[str, int]:
        """Return how many clients were placed with each therapist in an interval."""
        async with call.tx() as conn:
            cursor = await conn.execute(_PLACED, (call.practice_id, from_time, to_time))
            return {row[0]: row[1] for row in await cursor.fetchall()}

    async def due(self, *, limit: int) -> Rows:
        """Return (practice, proposal) of open proposals whose time is over, in any practice."""
        async with self._database.begin([]) as conn:
            return [(row[0], row[1]) for row in await (await conn.execute(_DUE, (limit,))).fetchall()]

    async def _one(self, call: Call, statement: str, proposal_id: str) -> Proposal:
        async with call.tx() as conn:
            row = await (await conn.execute(statement, (call.practice_id, proposal_id))).fetchone()
        if row is None:
            raise errors.ProposalNotFound("There is no such proposal.", proposal_id=proposal_id)
        return _proposal(row)


class PostgresBatches:
    """Keeps batches with all they were solved from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, call: Call, batch: StoredBatch) -> None:
        """Store a batch."""
        inputs = batch.inputs
        pairs = zlib.compress(json.dumps(dict(batch.pairs)).encode(), 1)
        key = (call.practice_id, batch.batch_id, inputs.policy, batch.weights_version, inputs.seed)
        async with call.tx() as conn:
            await conn.execute(_ADD_BATCH, (*key, inputs.to_bytes(), pairs, batch.create_time))

    async def find(self, call: Call, batch_id: str) -> StoredBatch:
        """Return a batch. Raises BatchNotFound."""
        async with call.tx() as conn:
            row = await (await conn.execute(_FIND_BATCH, (call.practice_id, batch_id))).fetchone()
        if row is None:
            raise errors.BatchNotFound("There is no such batch.", batch_id=batch_id)
        label, inputs, pairs, create_time = row
        return StoredBatch(
            batch_id, label, Inputs.from_bytes(bytes(inputs)), json.loads(zlib.decompress(bytes(pairs))), create_time
        )

    async def set_stale(self, call: Call, batch_id: str, *, is_stale: bool) -> None:
        """Say whether something of it came back."""
        async with call.tx() as conn:
            await conn.execute(_SET_STALE, (is_stale, call.practice_id, batch_id))

    async def stale(self, *, limit: int) -> Rows:
        """Return (practice, batch) of batches of which something came back, in any practice."""
        async with self._database.begin([]) as conn:
            return [(row[0], row[1]) for row in await (await conn.execute(_STALE, (limit,))).fetchall()]


def _proposal(row: Sequence[Any]) -> Proposal:
    values = list(row)
    values[10], values[13], values[14] = ProposalState(row[10]), Side(row[13]), DeclineReason(row[14])
    return Proposal(*values)


def _facts(call: Call, proposal: Proposal) -> intake_events_pb2.ProposalFacts:
    facts = intake_events_pb2.ProposalFacts(
        practice_id=call.practice_id,
        proposal_id=proposal.proposal_id,
        client_id=proposal.client_id,
        therapist_id=proposal.therapist_id,
        version=proposal.version,
    )
    facts.expire_time.FromDatetime(proposal.expire_time)
    return facts


def _event(call: Call, proposal: Proposal) -> Message:
    facts = _facts(call, proposal)
    match proposal.state:
        case ProposalState.ACCEPTED:
            return intake_events_pb2.ProposalAccepted(proposal=facts, appointment_id=proposal.appointment_id)
        case ProposalState.DECLINED:
            side = intake_pb2.Proposal.Side.ValueType(proposal.declined_by)
            return intake_events_pb2.ProposalDeclined(proposal=facts, declined_by=side)
        case ProposalState.EXPIRED:
            return intake_events_pb2.ProposalExpired(proposal=facts)
        case _:
            return intake_events_pb2.ProposalWithdrawn(proposal=facts)


def _publish(call: Call, event: Message, proposal: Proposal) -> None:
    call.publish(event, aggregate_id=proposal.proposal_id, version=proposal.version)
