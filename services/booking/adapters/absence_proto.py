"""Turns cases of absences, affected appointments and offers into messages and back."""

from __future__ import annotations

from google.protobuf.message import Message
from kept.booking.v1 import absence_events_pb2, absence_pb2, absence_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import timestamp_of, uuid_of
from services.booking.domain import errors
from services.booking.domain.absence import (
    AFFECTED_MAX,
    ANSWER_H,
    ANSWER_MAX_H,
    UNSETTLED,
    Affected,
    Fate,
    Kind,
    Offer,
    Option,
)
from services.booking.usecases.absence_ports import Case


def kinds_of(request: absence_service_pb2.OfferAffectedRequest) -> tuple[Kind, ...]:
    """Return what may be offered, each kind once. Raises Malformed."""
    names = absence_pb2.AbsenceOptionKind
    if not request.kinds or not {*names.values()[1:]}.issuperset(request.kinds):
        raise errors.Malformed("Say what may be offered.", field="kinds")
    return tuple(Kind(names.Name(each).removeprefix("ABSENCE_OPTION_KIND_")) for each in dict.fromkeys(request.kinds))


def asked_of(request: absence_service_pb2.OfferAffectedRequest) -> frozenset[str]:
    """Return the appointments named; none means every one. Raises Malformed."""
    found = frozenset(uuid_of(each, field="appointment_ids") for each in request.appointment_ids)
    if len(found) > AFFECTED_MAX:
        raise errors.Malformed("There are too many.", field="appointment_ids", limit=str(AFFECTED_MAX))
    return found


def answer_h_of(request: absence_service_pb2.OfferAffectedRequest) -> int:
    """Return how long a client has to answer, in hours. Raises Malformed."""
    return number_of(request.answer_h, field="answer_h", most=ANSWER_MAX_H) or ANSWER_H


def keep_reason_of(number: int) -> str:
    """Return why an appointment takes place as agreed. Raises Malformed when it is not said."""
    if not number or number not in absence_service_pb2.KeepReason.values():
        raise errors.Malformed("Say why.", field="reason")
    return absence_service_pb2.KeepReason.Name(number).removeprefix("KEEP_REASON_")  # type: ignore[arg-type]


def case_message(case: Case) -> absence_pb2.AbsenceCase:
    """Return a case as the contract says it."""
    counts = case.counts or {}
    message = absence_pb2.AbsenceCase(
        absence_id=case.absence_id,
        therapist_id=case.therapist_id,
        interval=wall_pb2.Interval(start_time=timestamp_of(case.start_time), end_time=timestamp_of(case.end_time)),
        open_count=sum(many for fate, many in counts.items() if fate in UNSETTLED),
        escalated_count=case.escalated_count,
        affected_count=sum(counts.values()),
        counts=[
            absence_pb2.AffectedCount(state=_state(fate), count=counts[fate])  # type: ignore[arg-type]
            for fate in Fate
            if counts.get(fate)
        ],
        approved_wording_version=case.approved_wording_version,
        create_time=timestamp_of(case.create_time),
    )
    if (wording := case.wording) is not None:
        message.wording.CopyFrom(
            absence_pb2.AbsenceWording(
                wording_version=wording.wording_version,
                body=wording.body,
                is_approved=wording.approve_time is not None,
                author_id=wording.author_id,
                approve_actor_id=wording.approve_actor_id,
                approve_time=timestamp_of(wording.approve_time) if wording.approve_time else None,
            )
        )
    return message


def affected_message(each: Affected, offer: Offer | None) -> absence_pb2.AffectedAppointment:
    """Return an affected appointment as the contract says it."""
    need = each.need
    message = absence_pb2.AffectedAppointment(
        absence_id=each.absence_id,
        appointment_id=each.appointment_id,
        client_id=each.client_id,
        session_type_id=each.session_type_id,
        start_time=timestamp_of(each.start_time),
        need_rank=each.rank,
        need=absence_pb2.AffectedNeed(
            is_high_need=need.is_high_need,
            is_crisis=need.is_crisis,
            gap_days=need.gap_days,
            load_weight=need.load_weight,
            words=need.words(each.rank),
        ),
        state=_state(each.fate),  # type: ignore[arg-type]
        note=each.note,
        is_escalated=each.is_escalated,
        escalate_time=timestamp_of(each.escalate_time),
    )
    if offer is not None:
        message.offer.CopyFrom(offer_message(offer))
    if each.settle_time is not None:
        message.settle_time.CopyFrom(timestamp_of(each.settle_time))
    return message


def offer_message(offer: Offer) -> absence_pb2.AbsenceOffer:
    """Return an offer as the contract says it."""
    message = absence_pb2.AbsenceOffer(
        offer_id=offer.offer_id,
        absence_id=offer.absence_id,
        appointment_id=offer.appointment_id,
        client_id=offer.client_id,
        state=absence_pb2.AbsenceOffer.State.Value(f"STATE_{offer.state.value}"),
        options=[_option_message(each) for each in offer.open_options],
        expire_time=timestamp_of(offer.expire_time),
        wording=offer.wording,
        accepted_option_id=offer.accepted_option_id,
        is_confidential=offer.is_confidential,
        make_time=timestamp_of(offer.make_time),
        etag=offer.etag,
    )
    if offer.close_time is not None:
        message.close_time.CopyFrom(timestamp_of(offer.close_time))
    return message


def offered_event(offer: Offer) -> Message:
    """Return the event of an offer that was made."""
    return absence_events_pb2.AbsenceOffered(offer=_offer_facts(offer))


def offer_closed_event(offer: Offer) -> Message:
    """Return the event of how an offer ended."""
    state = absence_pb2.AbsenceOffer.State.Value(f"STATE_{offer.state.value}")
    return absence_events_pb2.AbsenceOfferClosed(offer=_offer_facts(offer), state=state)


def settled_event(each: Affected) -> Message:
    """Return the event of what became of an affected appointment."""
    return absence_events_pb2.AffectedSettled(affected=_affected_facts(each))


def escalated_event(each: Affected) -> Message:
    """Return the event that the session is near and nobody has settled it."""
    return absence_events_pb2.AffectedEscalated(affected=_affected_facts(each))


def _option_message(option: Option) -> absence_pb2.AbsenceOption:
    slot = option.slot
    return absence_pb2.AbsenceOption(
        option_id=option.option_id,
        kind=absence_pb2.AbsenceOptionKind.Value(f"ABSENCE_OPTION_KIND_{option.kind.value}"),
        therapist_id=slot.therapist_id,
        start_time=timestamp_of(slot.start_time),
        end_time=timestamp_of(slot.end_time),
        start_wall=wall_pb2.WallTime(local=slot.start_local, time_zone=slot.time_zone, fold=slot.fold),
        modality=slot.modality,  # type: ignore[arg-type]
        site_id=slot.site_id,
        why=option.why,
    )


def _offer_facts(offer: Offer) -> absence_events_pb2.AbsenceOfferFacts:
    return absence_events_pb2.AbsenceOfferFacts(
        practice_id=offer.practice_id,
        offer_id=offer.offer_id,
        absence_id=offer.absence_id,
        appointment_id=offer.appointment_id,
        client_id=offer.client_id,
        therapist_id=offer.therapist_id,
        start_time=timestamp_of(offer.start_time),
        expire_time=timestamp_of(offer.expire_time),
        wording_version=offer.wording_version,
        option_count=len(offer.open_options),
        is_confidential=offer.is_confidential,
        version=offer.version,
    )


def _affected_facts(each: Affected) -> absence_events_pb2.AffectedFacts:
    return absence_events_pb2.AffectedFacts(
        practice_id=each.practice_id,
        absence_id=each.absence_id,
        appointment_id=each.appointment_id,
        client_id=each.client_id,
        therapist_id=each.therapist_id,
        start_time=timestamp_of(each.start_time),
        state=_state(each.fate),  # type: ignore[arg-type]
        version=each.version,
    )


def _state(fate: Fate) -> int:
    return absence_pb2.AffectedAppointment.State.Value(f"STATE_{fate.value}")
