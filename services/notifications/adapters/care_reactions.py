"""What care team and desk are told of: follow-ups, proposals, licences, open sessions."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message
from kept.booking.v1 import absence_events_pb2, care_events_pb2
from kept.matching.v1 import intake_events_pb2, matching_events_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection
from services.notifications.adapters import proto
from services.notifications.adapters.notices import (
    AFFECTED,
    FOLLOW_UP,
    LICENCE,
    POST,
    PROPOSAL,
    end_notice,
    open_notice,
)
from services.notifications.domain import errors

ANSWERED: frozenset[type[Message]] = frozenset(
    {
        intake_events_pb2.ProposalAccepted,
        intake_events_pb2.ProposalDeclined,
        intake_events_pb2.ProposalExpired,
        intake_events_pb2.ProposalWithdrawn,
    }
)


async def tell_care_team(conn: Connection, event: Any, *, at: datetime) -> None:
    """Tell whoever cares for a client of what is due for them, once; what is over first is not told any more."""
    if isinstance(event, care_events_pb2.FollowUpDue):
        facts = event.follow_up
        team = event.therapist_ids or ([facts.therapist_id] if facts.therapist_id else [])
        about = (facts.practice_id, facts.follow_up_id, FOLLOW_UP)
        await open_notice(conn, *about, version=facts.version, at=at, contact_ids=_ids(team))
    elif isinstance(event, care_events_pb2.FollowUpClosed):
        facts = event.follow_up
        await end_notice(conn, facts.practice_id, facts.follow_up_id, FOLLOW_UP, version=facts.version, at=at)
    elif isinstance(event, intake_events_pb2.ProposalMade):
        proposal = event.proposal
        about = (proposal.practice_id, proposal.proposal_id, PROPOSAL)
        await open_notice(conn, *about, version=proposal.version, at=at, contact_ids=_ids([proposal.therapist_id]))
    elif type(event) in ANSWERED:
        proposal = event.proposal
        await end_notice(conn, proposal.practice_id, proposal.proposal_id, PROPOSAL, version=proposal.version, at=at)


async def tell_of_post(
    conn: Connection, practice_id: str, thread_id: str, therapist_ids: Sequence[str], *, at: datetime
) -> None:
    """Tell the care team that a client wrote: at most once an hour and thread, however much is written."""
    notice_id = str(uuid.uuid5(uuid.UUID(thread_id), f"{at.astimezone(UTC):%Y-%m-%dT%H}"))
    if therapist_ids:
        await open_notice(conn, practice_id, notice_id, POST, version=1, at=at, contact_ids=therapist_ids)


def care_reactions(clock: Callable[[], datetime]) -> dict[str, Callable[..., Awaitable[None]]]:
    """Return the reaction to each event that staff alone is told of, by its full name."""

    async def on_licence(event: matching_events_pb2.LicenceEnding, call: Call) -> None:
        """Tell the therapist and the desk, once for each warning."""
        _require_own(event.practice_id, call)
        therapist_id = proto.uuid(event.therapist_id, field="therapist_id")
        await call.authorize(resource_id=therapist_id)
        async with call.tx() as conn:
            about = (call.practice_id, call.causation_id, LICENCE)
            await open_notice(conn, *about, version=event.version, at=clock(), contact_ids=[therapist_id])

    async def on_escalated(event: absence_events_pb2.AffectedEscalated, call: Call) -> None:
        """Tell the desk of a session that is near and that nobody has settled."""
        appointment_id = await _affected(event.affected, call)
        async with call.tx() as conn:
            await open_notice(
                conn, call.practice_id, appointment_id, AFFECTED, version=event.affected.version, at=clock()
            )

    async def on_settled(event: absence_events_pb2.AffectedSettled, call: Call) -> None:
        """Tell them no more."""
        appointment_id = await _affected(event.affected, call)
        async with call.tx() as conn:
            version = event.affected.version
            await end_notice(conn, call.practice_id, appointment_id, AFFECTED, version=version, at=clock())

    return {
        matching_events_pb2.LicenceEnding.DESCRIPTOR.full_name: on_licence,
        absence_events_pb2.AffectedEscalated.DESCRIPTOR.full_name: on_escalated,
        absence_events_pb2.AffectedSettled.DESCRIPTOR.full_name: on_settled,
    }


async def _affected(facts: absence_events_pb2.AffectedFacts, call: Call) -> str:
    _require_own(facts.practice_id, call)
    appointment_id = proto.uuid(facts.appointment_id, field="affected.appointment_id")
    clients = [proto.uuid(facts.client_id, field="affected.client_id")] if facts.client_id else []
    await call.authorize(client_ids=clients, resource_id=appointment_id)
    return appointment_id


def _require_own(practice_id: str, call: Call) -> None:
    if practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")


def _ids(therapist_ids: Any) -> list[str]:
    return [proto.uuid(each, field="therapist_id") for each in dict.fromkeys(therapist_ids)]
