"""Policies decide what a step may cost, what a booking must have, and which day a follow-up is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import CancelledBy, Reason, State
from services.booking.domain.follow_up import FollowUpRule, Kind, Trigger, due_of
from services.booking.domain.policy import (
    Clemency,
    Demand,
    Fee,
    FeeKind,
    FeeState,
    Given,
    Policy,
    PracticeRules,
    check_gates,
    with_deadline,
)
from tests.unit.booking.states import NOW, booked, in_state

POLICY = Policy(
    late_cancel_fee_minor=8000,
    no_show_fee_minor=5000,
    currency="EUR",
    forgives_first=True,
    forgives_illness=True,
    forgives_crisis=True,
)


def test_only_a_clients_late_cancellation_and_a_miss_cost() -> None:
    """In time, or by the practice, costs nothing; a fee of 0 is none."""
    late = replace(in_state(State.CANCELLED), is_late_cancellation=True)

    assert POLICY.fee_for(late) == (FeeKind.LATE_CANCEL, 8000)
    assert POLICY.fee_for(in_state(State.NO_SHOW)) == (FeeKind.NO_SHOW, 5000)
    assert POLICY.fee_for(in_state(State.CANCELLED)) is None
    assert POLICY.fee_for(replace(late, cancelled_by=CancelledBy.PRACTICE)) is None
    assert POLICY.fee_for(in_state(State.COMPLETED)) is None
    assert Policy().fee_for(in_state(State.NO_SHOW)) is None


@pytest.mark.parametrize(
    ("reason", "is_first", "insurer_forbids", "clemency"),
    [
        (Reason.UNSAID, False, False, None),
        (Reason.TRANSPORT, True, False, Clemency.FIRST_TIME),
        (Reason.ILLNESS, True, False, Clemency.ILLNESS),
        (Reason.CRISIS, False, False, Clemency.CRISIS),
        (Reason.CRISIS, False, True, Clemency.INSURER_FORBIDS),
    ],
)
def test_the_weightiest_reason_of_clemency_is_kept(
    reason: Reason, is_first: bool, insurer_forbids: bool, clemency: Clemency | None
) -> None:
    """What an insurer forbids comes before a crisis, a crisis before illness, illness before the first time."""
    assert POLICY.clemency_for(reason, is_first=is_first, insurer_forbids=insurer_forbids) is clemency


def test_a_policy_that_forgives_nothing_forgives_nothing_but_what_the_insurer_forbids() -> None:
    """Clemency is the practice's to grant; the insurer's word is law."""
    hard = Policy(no_show_fee_minor=1, currency="EUR")

    assert hard.clemency_for(Reason.CRISIS, is_first=True, insurer_forbids=False) is None
    assert hard.clemency_for(Reason.UNSAID, is_first=True, insurer_forbids=True) is Clemency.INSURER_FORBIDS


def test_a_waived_fee_stays_waived_and_an_accepted_one_may_still_be_waived() -> None:
    """Giving up is final; taking over is not."""
    fee = Fee("f", "c", "a", FeeKind.NO_SHOW, 5000, "EUR", FeeState.PROPOSED, "", "", NOW)
    accepted = fee.decide(FeeState.ACCEPTED, "", actor_id="user:1")

    waived = accepted.decide(FeeState.WAIVED, Clemency.GOODWILL, actor_id="user:2", etag="v2")

    assert (waived.state, waived.reason, waived.decide_actor_id, waived.version) == (
        FeeState.WAIVED,
        "GOODWILL",
        "user:2",
        3,
    )
    with pytest.raises(errors.StateForbids):
        waived.decide(FeeState.ACCEPTED, "", actor_id="user:1")
    with pytest.raises(errors.StaleVersion):
        accepted.decide(FeeState.WAIVED, Clemency.GOODWILL, actor_id="user:1", etag="v1")


def test_what_is_missing_warns_or_refuses_as_the_policy_says() -> None:
    """Flags become warnings, refusals end it; who has no authorisation is not asked for visits."""
    flags = Policy(card=Demand.FLAG, consent=Demand.FLAG, visits=Demand.FLAG)
    nothing, everything = Given(visits_left=0), Given(True, True, 1)

    assert check_gates(flags, nothing) == ("CARD_MISSING", "CONSENT_MISSING", "VISITS_EXHAUSTED")
    assert check_gates(flags, everything) == ()
    assert check_gates(Policy(visits=Demand.REFUSE), Given()) == ()
    for policy, refusal in (
        (Policy(card=Demand.REFUSE), errors.CardRequired),
        (Policy(consent=Demand.REFUSE), errors.ConsentRequired),
        (Policy(visits=Demand.REFUSE), errors.VisitsExhausted),
    ):
        with pytest.raises(refusal):
            check_gates(policy, nothing)


def test_a_session_type_without_a_policy_has_the_practices_default() -> None:
    """Its own first, then the default, then none."""
    own, default = Policy("t", late_cancel_h=48), Policy(late_cancel_h=12)

    assert PracticeRules(1, {"t": own, "": default}).policy("t") is own
    assert PracticeRules(1, {"t": own, "": default}).policy("u") is default
    assert PracticeRules().policy("u").late_cancel_h == 24


def test_a_deadline_that_has_passed_at_booking_asks_for_nothing() -> None:
    """Three days ahead a confirmation is due a day before; an hour ahead none is."""
    policy = Policy(confirm_by_h=24)
    soon = replace(booked(start_time=NOW + timedelta(hours=1)), confirm_by_time=NOW)

    assert with_deadline(booked(), policy).confirm_by_time == booked().slot.start_time - timedelta(hours=24)
    assert with_deadline(soon, policy).confirm_by_time is None


def test_days_of_a_follow_up_count_from_the_sessions_own_day() -> None:
    """On its wall clock; every third session means the third, and other session types set nothing off."""
    done = in_state(State.COMPLETED)
    third = FollowUpRule("r", Trigger.COMPLETED, "", 3, Kind.PROGRESS_REVIEW, 30, "")
    foreign = replace(third, session_type_id="other", every_sessions=0)

    assert due_of([third, foreign], done, completed=2) == []
    assert due_of([third, foreign], done, completed=3) == [(third, "2030-02-09")]
    assert due_of([third], in_state(State.CANCELLED), completed=3) == []
