"""Keeps what clients answered and signed, sealed, and what they have to see to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kept.matching.v1 import forms_events_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection
from services.matching.adapters.proto import stamp_of
from services.matching.adapters.sealing import Sealing
from services.matching.domain import errors
from services.matching.domain.answers import Scored
from services.matching.domain.consents import Due, DueState, Signature
from services.matching.domain.forms import FormSide
from services.matching.usecases.form_ports import Response

ANSWERS_FIELD, PREFILL_FIELD, NAME_FIELD = "form_responses.sealed", "form_prefills.sealed", "consent_signatures.name"
"""
Danger: bound into every ciphertext; another name makes everything stored under it unreadable.
"""

FIRST_DUE = (0, "00000000-0000-0000-0000-000000000000")
"""Sorts before every due."""

_COLUMNS = """
    response_id::text, client_id::text, form_id::text, form_version, sealed, create_time, complete_time, version
"""
_OPEN = f"""
    select {_COLUMNS} from form_responses
    where practice_id = %s and client_id = %s and form_id = %s and state = 1 for no key update
"""  # noqa: S608 - literal columns
_LOCK = f"""
    select {_COLUMNS} from form_responses where practice_id = %s and response_id = %s for no key update
"""  # noqa: S608 - literal columns
_ADD = """
    insert into form_responses (practice_id, response_id, client_id, form_id, form_version, state, sealed, create_time,
        version)
    values (%s, %s, %s, %s, %s, 1, %s, %s, %s)
"""
_SAVE = """
    update form_responses set state = %s, sealed = %s, complete_time = %s, version = %s
    where practice_id = %s and response_id = %s
"""
_PAGE = f"""
    select {_COLUMNS} from form_responses
    where practice_id = %s and client_id = %s and response_id < %s order by response_id desc limit %s
"""  # noqa: S608 - literal columns
_PREFILL = "select sealed from form_prefills where practice_id = %s and client_id = %s"
_KEEP_PREFILL = """
    insert into form_prefills (practice_id, client_id, sealed) values (%s, %s, %s)
    on conflict (practice_id, client_id) do update set sealed = excluded.sealed
"""
_SIGN = """
    insert into consent_signatures (practice_id, signature_id, client_id, document_id, version, text_hash, name_sealed,
        signer_actor_id, side, sign_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SIGNATURES = """
    select signature_id::text, document_id::text, version, text_hash, name_sealed, signer_actor_id, side, sign_time
    from consent_signatures where practice_id = %s and client_id = %s and signature_id < %s
    order by signature_id desc limit %s
"""
_DUE_COLUMNS = """
    due_id::text, client_id::text, coalesce(form_id::text, ''), coalesce(document_id::text, ''), is_before_first,
    create_time, state, version
"""
_ADD_DUE = """
    insert into form_dues (practice_id, due_id, client_id, form_id, document_id, is_before_first, state, create_time,
        version)
    values (%s, %s, %s, nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s, 1, %s, %s) on conflict do nothing
"""
_LOCK_DUE = f"select {_DUE_COLUMNS} from form_dues where practice_id = %s and due_id = %s for no key update"  # noqa: S608
_OPEN_DUE = f"""
    select {_DUE_COLUMNS} from form_dues
    where practice_id = %s and client_id = %s and state = 1
        and (form_id = nullif(%s, '')::uuid or document_id = nullif(%s, '')::uuid)
    for no key update
"""  # noqa: S608 - literal columns
_SAVE_DUE = "update form_dues set state = %s, version = %s where practice_id = %s and due_id = %s"
_DUES = f"""
    select {_DUE_COLUMNS} from form_dues
    where practice_id = %s and client_id = %s and (state, due_id) > (%s, %s::uuid) order by state, due_id limit %s
"""  # noqa: S608 - literal columns


class PostgresFilings:
    """Writes in the call's own transaction; nothing said is stored in plain."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    async def open_response(self, call: Call, client_id: str, form_id: str) -> Response | None:
        """Return the response in progress, locked, or None."""
        async with call.tx() as conn:
            row = await (await conn.execute(_OPEN, (call.practice_id, client_id, form_id))).fetchone()
            return await self._response(conn, call.practice_id, row) if row else None

    async def add_response(self, call: Call, response: Response) -> None:
        """Store a new response."""
        async with call.tx() as conn:
            sealed = await self._sealed(conn, call.practice_id, response)
            key = (call.practice_id, response.response_id, response.client_id, response.form_id, response.form_version)
            await conn.execute(_ADD, (*key, sealed, response.create_time, response.version))

    async def lock_response(self, call: Call, response_id: str) -> Response:
        """Return one that nobody else can change until this call ends. Raises ResponseNotFound."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK, (call.practice_id, response_id))).fetchone()
            if row is None:
                raise errors.ResponseNotFound("There is no such response.", response_id=response_id)
            return await self._response(conn, call.practice_id, row)

    async def save_response(self, call: Call, response: Response) -> None:
        """Store a response's answers and how it stands; a completed one is said."""
        async with call.tx() as conn:
            sealed = await self._sealed(conn, call.practice_id, response)
            stands = (2 if response.complete_time else 1, sealed, response.complete_time, response.version)
            await conn.execute(_SAVE, (*stands, call.practice_id, response.response_id))
        if response.complete_time:
            completed = forms_events_pb2.FormCompleted(
                practice_id=call.practice_id,
                response_id=response.response_id,
                client_id=response.client_id,
                form_id=response.form_id,
                version=response.version,
            )
            call.publish(completed, aggregate_id=response.response_id, version=response.version)

    async def responses(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Response]:
        """Return at most limit responses older than the given id, newest first."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, (call.practice_id, client_id, before, limit))).fetchall()
            return [await self._response(conn, call.practice_id, row) for row in rows]

    async def prefills(self, call: Call, client_id: str) -> dict[str, list[str]]:
        """Return a client's last answers by prefill key."""
        async with call.tx() as conn:
            row = await (await conn.execute(_PREFILL, (call.practice_id, client_id))).fetchone()
            if row is None:
                return {}
            text = await self._sealing.open(conn, call.practice_id, client_id, PREFILL_FIELD, row[0])
        found: dict[str, list[str]] = json.loads(text)
        return found

    async def keep_prefills(self, call: Call, client_id: str, prefills: Mapping[str, Sequence[str]]) -> None:
        """Store a client's last answers by prefill key."""
        text = json.dumps({key: list(values) for key, values in prefills.items()})
        async with call.tx() as conn:
            sealed = await self._sealing.seal(conn, call.practice_id, client_id, PREFILL_FIELD, text)
            await conn.execute(_KEEP_PREFILL, (call.practice_id, client_id, sealed))

    async def sign(self, call: Call, signature: Signature) -> None:
        """Store a signature."""
        field = f"{NAME_FIELD}|{signature.signature_id}"
        async with call.tx() as conn:
            name = await self._sealing.seal(conn, call.practice_id, signature.client_id, field, signature.signer_name)
            key = (call.practice_id, signature.signature_id, signature.client_id, signature.document_id)
            what = (signature.version, signature.text_hash, name)
            await conn.execute(_SIGN, (*key, *what, signature.signer_actor_id, signature.side, signature.sign_time))

    async def signatures(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Signature]:
        """Return at most limit signatures of a client older than the given id, newest first."""
        found = []
        async with call.tx() as conn:
            rows = await (await conn.execute(_SIGNATURES, (call.practice_id, client_id, before, limit))).fetchall()
            for signature_id, document_id, version, text_hash, sealed, actor_id, side, sign_time in rows:
                field = f"{NAME_FIELD}|{signature_id}"
                name = await self._sealing.open(conn, call.practice_id, client_id, field, sealed)
                what = (document_id, version, text_hash, name, actor_id, FormSide(side), sign_time)
                found.append(Signature(signature_id, client_id, *what))
        return found

    async def add_due(self, call: Call, due: Due) -> Due:
        """Store a due and say so; return the open one there is already, if so."""
        key = (call.practice_id, due.due_id, due.client_id, due.form_id, due.document_id)
        async with call.tx() as conn:
            added = await conn.execute(_ADD_DUE, (*key, due.is_before_first, due.create_time, due.version))
        if added.rowcount != 1:
            known = await self.lock_open_due(call, due.client_id, form_id=due.form_id, document_id=due.document_id)
            return known or due
        event = forms_events_pb2.FormDue(due=_facts(call, due), create_time=stamp_of(due.create_time))
        call.publish(event, aggregate_id=due.due_id, version=due.version)
        return due

    async def lock_due(self, call: Call, due_id: str) -> Due:
        """Return one that nobody else can change until this call ends. Raises DueNotFound."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK_DUE, (call.practice_id, due_id))).fetchone()
        if row is None:
            raise errors.DueNotFound("There is no such due.", due_id=due_id)
        return _due(row)

    async def lock_open_due(
        self, call: Call, client_id: str, *, form_id: str = "", document_id: str = ""
    ) -> Due | None:
        """Return a client's open due of a form or document, locked, or None."""
        async with call.tx() as conn:
            row = await (await conn.execute(_OPEN_DUE, (call.practice_id, client_id, form_id, document_id))).fetchone()
        return _due(row) if row else None

    async def save_due(self, call: Call, due: Due) -> None:
        """Store how a due ended, and say so."""
        async with call.tx() as conn:
            await conn.execute(_SAVE_DUE, (due.state, due.version, call.practice_id, due.due_id))
        event = forms_events_pb2.FormSettled(due=_facts(call, due), is_waived=due.state is DueState.WAIVED)
        call.publish(event, aggregate_id=due.due_id, version=due.version)

    async def dues(self, call: Call, client_id: str, *, after: tuple[int, str], limit: int) -> list[Due]:
        """Return at most limit things a client has, and had, to see to after (state, id), the open first."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_DUES, (call.practice_id, client_id, *after, limit))).fetchall()
        return [_due(row) for row in rows]

    async def has_dues(self, call: Call, client_id: str) -> bool:
        """Tell whether a client was ever given anything to see to."""
        return bool(await self.dues(call, client_id, after=FIRST_DUE, limit=1))

    async def _sealed(self, conn: Connection, practice_id: str, response: Response) -> bytes:
        stored = {
            "answers": {link_id: list(values) for link_id, values in response.answers.items()},
            "scores": [asdict(each) for each in response.scores],
            "flag_id": response.flag_id,
        }
        field = f"{ANSWERS_FIELD}|{response.response_id}"
        return await self._sealing.seal(conn, practice_id, response.client_id, field, json.dumps(stored))

    async def _response(self, conn: Connection, practice_id: str, row: Sequence[Any]) -> Response:
        response_id, client_id, form_id, form_version, sealed, create_time, complete_time, version = row
        text = await self._sealing.open(conn, practice_id, client_id, f"{ANSWERS_FIELD}|{response_id}", sealed)
        stored = json.loads(text)
        scores = tuple(Scored(**each) for each in stored["scores"])
        what = (stored["answers"], create_time, complete_time, scores, stored["flag_id"], version)
        return Response(response_id, client_id, form_id, form_version, *what)


def _due(row: Sequence[Any]) -> Due:
    due_id, client_id, form_id, document_id, is_before_first, create_time, state, version = row
    return Due(due_id, client_id, form_id, document_id, is_before_first, create_time, DueState(state), version)


def _facts(call: Call, due: Due) -> forms_events_pb2.DueFacts:
    return forms_events_pb2.DueFacts(
        practice_id=call.practice_id,
        due_id=due.due_id,
        client_id=due.client_id,
        is_before_first=due.is_before_first,
        version=due.version,
    )
