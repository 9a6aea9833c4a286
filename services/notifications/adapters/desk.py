"""Leases, gates and settles messages of all practices in PostgreSQL, many to a commit."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog
import uuid_utils

from services.chassis.db.batch import BatchWriter
from services.chassis.db.envelope import Envelope, write_envelopes
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ServiceError, Unavailable
from services.notifications.adapters import postgres
from services.notifications.adapters.deliveries import Made, note_made
from services.notifications.adapters.files import Card, Files
from services.notifications.adapters.matters import of_messages
from services.notifications.adapters.webhooks import tell_published
from services.notifications.domain.appointment import Appointment, objection
from services.notifications.domain.channel import About, Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.gate import Address, Go, Refuse, Wait, judge
from services.notifications.domain.link import TOKEN_BYTES, UNSUBSCRIBABLE, WITH_LINK, Action, token_hash, token_of
from services.notifications.domain.matter import Matter, matter_objection
from services.notifications.domain.message import Kind, Message, MessageFailed, MessageSent, Outcome, Reason, State
from services.notifications.usecases.send_due_messages import Claim, Parcel

log = structlog.get_logger(__name__)

CLAIM_LEASE = timedelta(seconds=120)
"""How long a due message is left to the sender that leased it; after a kill it waits this long."""

SENDING_LEASE = timedelta(seconds=300)
"""
How long a message may stay in SENDING before its outcome is called unknown.

Danger: must exceed STALE_AFTER plus the wait for a connection and four answers of the mail server, or a mail that is
still being handed over is given up.
"""

SETTLE_WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to store an outcome while the database is away; then only the lease ends it."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Commit SENDING if all still holds."""

    claim: Claim
    at: datetime

    @property
    def practice_id(self) -> str:
        """Whose message it is."""
        return self.claim.practice_id


@dataclass(frozen=True, slots=True)
class Settle:
    """Commit what became of a message in SENDING."""

    claim: Claim
    at: datetime
    said: Delivered
    share: float = 0.0

    @property
    def practice_id(self) -> str:
        """Whose message it is."""
        return self.claim.practice_id


Job: TypeAlias = Begin | Settle
Key: TypeAlias = tuple[str, str]
"""Practice and id."""

Record: TypeAlias = Callable[[str, MessageSent | MessageFailed], Awaitable[Envelope]]
"""Makes the event and the audit record of a fact of a practice."""


class PostgresDesk:
    """
    The messages of all practices.

    What runs across practices sees ids only, by functions of the owner; the rows are then read in a
    transaction that names the practices of its batch.
    """

    def __init__(
        self, database: Database, *, record: Record, available: frozenset[Channel] = frozenset({Channel.EMAIL})
    ) -> None:
        """Write through one batch writer; *record* makes what is committed beside an end, *available* has a way out."""
        self._database = database
        self._record = record
        self._available = available
        self._writer: BatchWriter[Job, Parcel | None] = BatchWriter(database, self._flush, name="messages")

    async def claim(self, most: int, *, at: datetime) -> list[Claim]:
        """Lease due messages, oldest first."""
        claim_id = str(uuid_utils.uuid7())
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, message_id::text from claim_due_messages(%s, %s, %s, %s)",
                (claim_id, most, CLAIM_LEASE, at),
            )
            return [Claim(practice_id, message_id, claim_id) for practice_id, message_id in await found.fetchall()]

    async def claim_stuck(self, most: int, *, at: datetime) -> list[Claim]:
        """Lease messages whose time in SENDING has run out."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, message_id::text, claim_id::text from claim_stuck_messages(%s, %s, %s)",
                (most, CLAIM_LEASE, at),
            )
            return [Claim(*row) for row in await found.fetchall()]

    async def release(self, claims: Sequence[Claim]) -> None:
        """Give back leases that were not begun."""
        if not claims:
            return
        async with self._database.begin({claim.practice_id for claim in claims}) as conn:
            await conn.execute(
                "update messages m set claim_id = null, claim_expire_time = null"
                " from unnest(%s::uuid[], %s::uuid[], %s::uuid[]) as n (practice_id, message_id, claim_id)"
                " where m.practice_id = n.practice_id and m.message_id = n.message_id"
                " and m.claim_id = n.claim_id and m.state = 'PLANNED'",
                _columns(claims),
            )

    async def begin(self, claim: Claim, *, at: datetime) -> Parcel | None:
        """Commit SENDING if the message may be sent as everything stands now; else store why not."""
        return await self._writer.submit(Begin(claim, at))

    async def settle(self, parcel: Parcel, said: Delivered, *, at: datetime, share: float) -> None:
        """Commit what became of it, with its event; outlasts a short absence of the database."""
        job = Settle(parcel.claim, at, said, share)
        for wait_s in SETTLE_WAITS_S:
            try:
                await self._writer.submit(job)
            except Unavailable:
                log.warning("message.unsettled", message_id=parcel.claim.message_id)
                await asyncio.sleep(wait_s)
            else:
                return
        await self._writer.submit(job)

    async def give_up(self, claim: Claim, *, at: datetime) -> None:
        """Commit FAILED with OUTCOME_UNKNOWN, unless the outcome came meanwhile."""
        await self._writer.submit(Settle(claim, at, Delivered(Outcome.UNKNOWN)))

    async def close(self) -> None:
        """Commit what waits."""
        await self._writer.close()

    async def _flush(self, conn: Connection, jobs: Sequence[Job]) -> list[Parcel | ServiceError | None]:
        begins = [job for job in jobs if isinstance(job, Begin)]
        settles = [job for job in jobs if isinstance(job, Settle)]
        parcels, failed = await _begin(conn, begins, self._available) if begins else ({}, [])
        envelopes = [await self._record(practice_id, fact) for practice_id, fact in failed]
        envelopes += await self._settle(conn, settles) if settles else []
        if envelopes:
            await tell_published(conn, envelopes, at=max(job.at for job in jobs))
            await write_envelopes(conn, envelopes)
        return [parcels.get(job.claim) if isinstance(job, Begin) else None for job in jobs]

    async def _settle(self, conn: Connection, jobs: Sequence[Settle]) -> list[Envelope]:
        messages = await _locked(
            conn,
            [job.claim for job in jobs],
            "(m.state = 'SENDING' or m.state = 'FAILED' and m.reason = 'OUTCOME_UNKNOWN')",
        )
        changed, envelopes, made = [], [], []
        for job in jobs:
            message = messages.get((job.claim.practice_id, job.claim.message_id))
            said = job.said
            # Given up by another replica meanwhile: only the good news still counts.
            if message is None or (message.state is State.FAILED and said.outcome is not Outcome.ACCEPTED):
                continue
            after, fact = message.settle(
                said.outcome, at=job.at, share=job.share, reason=said.reason, retry_after_s=said.retry_after_s
            )
            changed.append((job.practice_id, after))
            made.append(Made(job.practice_id, message, said, job.at))
            if fact is not None:
                envelopes.append(await self._record(job.practice_id, fact))
        if changed:
            await postgres.update_messages(conn, changed)
            await note_made(conn, made)
        return envelopes


async def _begin(
    conn: Connection, jobs: Sequence[Begin], available: frozenset[Channel]
) -> tuple[dict[Claim, Parcel], list[tuple[str, MessageFailed]]]:
    """
    Gate every job and mark those that pass; return them, and what has failed because no channel is left.

    Danger: the messages are locked before the appointments are read. A reaction keeps back every planned
    message it makes wrong, so it either has committed and is seen here, or waits until SENDING is committed.
    """
    messages = await _locked(conn, [job.claim for job in jobs], "m.state = 'PLANNED'")
    if not messages:
        return {}, []
    appointments = await _appointments(conn, messages)
    matters = await of_messages(conn, messages)
    files = await Files.read(conn, messages, at=max(job.at for job in jobs))
    changed: list[tuple[str, Message]] = []
    parcels: dict[Claim, Parcel] = {}
    failed: list[tuple[str, MessageFailed]] = []
    for job in jobs:
        message = messages.get((job.claim.practice_id, job.claim.message_id))
        if message is None:
            continue
        card = files.card(job.practice_id, message.client_id)
        reason = _objection(message, job.practice_id, appointments, matters, at=job.at) or (
            None if card else Reason.NO_CONTACT
        )
        if reason or card is None:
            changed.append((job.practice_id, message.suppress(reason or Reason.NO_CONTACT)))
            continue
        verdict = judge(message, files.circumstances(job.practice_id, message, available), at=job.at)
        if isinstance(verdict, Refuse):
            after, fact = message.keep_back(verdict.reason)
            changed.append((job.practice_id, after))
            failed += [(job.practice_id, fact)] if fact else []
            continue
        if isinstance(verdict, Wait):
            changed.append((job.practice_id, message.defer(verdict.until, verdict.reason)))
            continue
        parcel = _parcel(job, message, card, verdict, files)
        files.note(job.practice_id, parcel.message)
        changed.append((job.practice_id, parcel.message))
        parcels[job.claim] = parcel
    if changed:
        lease_end_time = max(job.at for job in jobs) + SENDING_LEASE
        await postgres.update_messages(conn, changed, lease_end_time=lease_end_time)
    await _store_links(conn, [parcel for parcel in parcels.values() if parcel.token])
    return parcels, failed


def _objection(
    message: Message,
    practice_id: str,
    appointments: Mapping[Key, Appointment],
    matters: Mapping[Key, Matter],
    *,
    at: datetime,
) -> Reason | None:
    """Say why a message does not hold any more; what is about a contact point holds for its time."""
    if message.about is About.CONTACT:
        return Reason.TOO_LATE if at >= message.last_time else None
    key = (practice_id, message.appointment_id)
    if message.about is About.APPOINTMENT:
        return objection(message, appointments[key], at=at)
    return matter_objection(message, matters[key], at=at)


def _parcel(job: Begin, message: Message, card: Card, way: Go, files: Files) -> Parcel:
    address = way.address
    locale = Locale((address.locale if address else "") or card.locale)
    own = files.text_of(job.practice_id, message, locale, way.channel)
    begun = message.begin(
        at=job.at,
        channel=way.channel,
        contact_point_id=address.contact_point_id if address else None,
        template_version=own.version if own else 0,
    )
    return Parcel(
        claim=job.claim,
        message=begun,
        wrapped_dek=card.wrapped_dek,
        address_sealed=address.sealed if address else b"",
        time_zone=(address.time_zone if address else "") or card.time_zone,
        locale=locale,
        token=token_of(secrets.token_bytes(TOKEN_BYTES)) if begun.kind in WITH_LINK | UNSUBSCRIBABLE else "",
        begin_time=job.at,
        settings=files.settings_of(job.practice_id),
        own=own,
        code_sealed=_code_of(begun, address),
    )


def _code_of(message: Message, address: Address | None) -> bytes:
    """Return the sealed code that a message says, if it says one."""
    if address is None:
        return b""
    return address.invitation_sealed if message.kind is Kind.INVITATION else address.code_sealed


async def _appointments(conn: Connection, messages: dict[Key, Message]) -> dict[Key, Appointment]:
    found = await conn.execute(
        # Row by row through the key, whatever the planner knows (ADR 0014).
        f"select a.practice_id::text, {postgres.APPOINTMENT_COLUMNS}"  # noqa: S608
        " from unnest(%s::uuid[], %s::uuid[]) as wanted (of_practice_id, of_appointment_id)"
        " cross join lateral (select * from appointments"
        " where practice_id = of_practice_id and appointment_id = of_appointment_id limit 1) as a",
        ([key[0] for key in messages], [message.appointment_id for message in messages.values()]),
    )
    rows = await found.fetchall()
    return {(row[0], row[1]): postgres.read_appointment(row[1:]) for row in rows}


async def _locked(conn: Connection, claims: Sequence[Claim], condition: str) -> dict[Key, Message]:
    """Return the messages that are still leased to these claims and meet the condition, locked in id order."""
    found = await conn.execute(
        f"select m.practice_id::text, {postgres.MESSAGE_COLUMNS} from messages m"  # noqa: S608
        " join unnest(%s::uuid[], %s::uuid[], %s::uuid[]) as n (practice_id, message_id, claim_id)"
        " on m.practice_id = n.practice_id and m.message_id = n.message_id and m.claim_id = n.claim_id"
        f" where {condition} order by m.practice_id, m.message_id for no key update of m",
        _columns(claims),
    )
    rows = await found.fetchall()
    return {(row[0], row[1]): postgres.read_message(row[1:]) for row in rows}


async def _store_links(conn: Connection, parcels: Sequence[Parcel]) -> None:
    """Store the hash of each secret; a retry's secret replaces the one that never arrived."""
    if not parcels:
        return
    rows = [
        (
            parcel.claim.practice_id,
            parcel.claim.message_id,
            _first_action(parcel.message).value,
            token_hash(parcel.token),
            parcel.time_zone,
            parcel.locale.value,
            parcel.message.appointment_id if parcel.message.kind is Kind.OFFER else None,
            parcel.message.last_time if parcel.message.kind is Kind.OFFER else None,
        )
        for parcel in parcels
    ]
    await conn.execute(
        "insert into action_links"
        " (practice_id, message_id, action, token_hash, time_zone, locale, offer_id, expire_time)"
        " select * from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::text[], %s::uuid[],"
        " %s::timestamptz[]) on conflict on constraint action_links_pkey do update"
        " set token_hash = excluded.token_hash, time_zone = excluded.time_zone, locale = excluded.locale",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _first_action(message: Message) -> Action:
    if message.kind is Kind.OFFER:
        return Action.ACCEPT
    return Action.CONFIRM if message.kind in WITH_LINK else Action.UNSUBSCRIBE


def _columns(claims: Sequence[Claim]) -> tuple[list[str], list[str], list[str]]:
    return (
        [claim.practice_id for claim in claims],
        [claim.message_id for claim in claims],
        [claim.claim_id for claim in claims],
    )
