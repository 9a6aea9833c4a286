"""Receivers of webhooks may hear of every event that is somebody's business outside, and of no other."""

from __future__ import annotations

import re

import pytest
from google.protobuf.descriptor import Descriptor

from deploy.local.catalogues import consumers
from services.chassis.told import Telling, catalogue, event_types, telling_of
from services.gateway.bootstrap import routes
from services.notifications.adapters import webhook_proto
from services.notifications.domain.errors import Malformed
from services.notifications.reactions import gatherings

UNTOLD = {
    "kept.audit.v1.RecordsCaptured": "the trail's own",
    "kept.audit.v1.ClientErasureOrdered": "an order to the services; client.erased tells that it is done",
    "kept.audit.v1.EmitterBeat": "the trail's own",
    "kept.audit.v1.AlarmRaised": "the officers'",
    "kept.audit.v1.AlarmSettled": "the officers'",
    "kept.audit.v1.DigestMade": "the officers'",
    "kept.availability.v1.HoldLapsed": "between ledger and booking; the appointment's events tell the rest",
    "kept.availability.v1.ClaimReleased": "between ledger and booking; opening.opened tells of time that is offered",
    "kept.availability.v1.ClaimShifted": "between ledger and booking",
    "kept.availability.v1.AbsenceItemAnswered": "between ledger and booking; absence.closed tells of the end",
    "kept.booking.v1.AffectedEscalated": "pages the desk; absence.started tells of the absence",
    "kept.booking.v1.AffectedSettled": "between booking and ledger; absence.closed tells of the end",
    "kept.booking.v1.BreakGlassStarted": "the officers'",
    "kept.booking.v1.BreakGlassEnded": "the officers'",
    "kept.booking.v1.BreakGlassReviewed": "the officers'",
    "kept.booking.v1.BreakGlassReviewOverdue": "the officers'",
    "kept.booking.v1.PersonMarked": "says who is somebody's relative or known to the public",
    "kept.matching.v1.ClientErased": "each service tells its part; booking's is told",
    "kept.notifications.v1.ClientErased": "each service tells its part; booking's is told",
    "kept.matching.v1.FitAsked": "asks a client what they think of their therapist",
    "kept.matching.v1.LicenceEnding": "the practice's own staff matter, and about no resource at the door",
    "kept.matching.v1.CrisisFlagged": "a crisis is nobody else's business",
    "kept.matching.v1.CrisisAcknowledged": "a crisis is nobody else's business",
    "kept.matching.v1.CrisisClosed": "a crisis is nobody else's business",
    "kept.notifications.v1.FailuresDigested": "a count for the desk",
}
"""Events that nobody outside hears of, each with the reason."""

EVENTS = list(event_types())
PARTS = {field.message_type.full_name for event in EVENTS for field in event.fields if field.message_type is not None}
TOLD = list(catalogue().values())


def test_every_event_is_told_or_has_a_reason() -> None:
    """One that is neither would be missed by a partner, or let out by nobody's decision."""
    untold = {each.full_name for each in EVENTS if telling_of(each) is None and each.full_name not in PARTS}

    assert untold == UNTOLD.keys()


@pytest.mark.parametrize("telling", TOLD, ids=lambda telling: str(telling.kind))
def test_what_is_told_is_an_id_and_its_version(telling: Telling) -> None:
    """The contract's way leads to a text named as an id, with the version and the practice beside it."""
    holder: Descriptor = next(each for each in EVENTS if each.full_name == telling.event_name)
    *way, name = telling.id_fields
    for each in way:
        part = holder.fields_by_name[each].message_type
        assert part is not None
        holder = part

    assert re.fullmatch(r"[a-z_]+\.[a-z]+", telling.kind)
    assert name.endswith("_id")
    assert holder.fields_by_name[name].type == holder.fields_by_name["practice_id"].type
    assert holder.fields_by_name["version"].type == holder.fields_by_name["version"].TYPE_INT64


@pytest.mark.parametrize("telling", TOLD, ids=lambda telling: str(telling.kind))
def test_what_is_told_of_is_heard(telling: Telling) -> None:
    """Notifications listens to it and plans to tell; what it publishes itself it need not hear."""
    _, service, _, name = telling.event_name.split(".")
    if service != "notifications":
        assert any(queue.startswith("notifications.") for queue in consumers()[name])
        assert telling.event_name in gatherings(lambda: pytest.fail("nothing is planned here"))


def test_no_two_events_are_told_by_one_name() -> None:
    """A receiver knows what happened by the kind alone."""
    assert len(TOLD) == sum(telling_of(each) is not None for each in EVENTS)


def test_the_document_says_what_is_told_and_where_to_read_it() -> None:
    """A receiver's developer finds each kind, its message, and a path that is there."""
    document = routes().openapi()
    paths = {re.sub(r"\{\w+\}", "{id}", path) for path, methods in document["paths"].items() if "get" in methods}

    assert document["webhooks"].keys() == catalogue().keys()
    assert {telling.path for telling in TOLD if telling.path} <= paths
    names = [each["post"]["operationId"] for each in document["webhooks"].values()]
    assert len(set(names)) == len(names)


def test_a_receiver_asks_for_what_there_is() -> None:
    """A kind that never happens is refused: its receiver would wait in vain."""
    assert webhook_proto.event_types(["offer.made", "group_session.moved"]) == ("group_session.moved", "offer.made")
    with pytest.raises(Malformed):
        webhook_proto.event_types(["crisis.flagged"])
