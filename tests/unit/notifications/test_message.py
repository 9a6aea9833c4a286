"""How a message moves from planned to its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.message import (
    LONGEST_BACKOFF_S,
    MOST_TRIES,
    Kind,
    Message,
    MessageFailed,
    MessageSent,
    Outcome,
    Reason,
    State,
    longest_wait_s,
)

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)


def planned() -> Message:
    """A reminder that is due."""
    return Message(
        message_id="message-1",
        client_id="client-1",
        appointment_id="appointment-1",
        appointment_version=1,
        kind=Kind.REMINDER,
        start_time=NOW + timedelta(days=1),
        due_time=NOW,
    )


def test_an_accepted_message_is_sent_and_said_so() -> None:
    """Accepted: SENT with its time, and a fact."""
    message, fact = planned().begin(at=NOW).settle(Outcome.ACCEPTED, at=NOW, share=0.5)

    assert (message.state, message.send_time, message.attempts, message.reason) == (State.SENT, NOW, 1, None)
    assert MessageSent(message) == fact


def test_an_unknown_outcome_is_never_tried_again() -> None:
    """Nobody knows whether it arrived: it fails, because a second one could be a double."""
    message, fact = planned().begin(at=NOW).settle(Outcome.UNKNOWN, at=NOW, share=0.5)

    assert (message.state, message.reason) == (State.FAILED, Reason.OUTCOME_UNKNOWN)
    assert MessageFailed(message) == fact


def test_a_permanent_refusal_fails_with_its_reason() -> None:
    """A bad address fails at the first try."""
    message, fact = planned().begin(at=NOW).settle(Outcome.REFUSED, at=NOW, share=0.5, reason=Reason.ADDRESS_REFUSED)

    assert (message.state, message.reason) == (State.FAILED, Reason.ADDRESS_REFUSED)
    assert MessageFailed(message) == fact


@pytest.mark.parametrize(("tries", "longest"), [(1, 30), (2, 60), (5, 480), (6, 900), (23, 900)])
def test_a_put_off_message_waits_a_share_of_a_doubling_time(tries: int, longest: int) -> None:
    """Full jitter: between nothing and the longest wait, which doubles up to 15 minutes."""
    message = planned()
    for _ in range(tries):
        message = message.begin(at=NOW)
        message, fact = message.settle(Outcome.PUT_OFF, at=NOW, share=0.5)

    assert (message.state, message.reason, fact) == (State.PLANNED, Reason.PUT_OFF, None)
    assert timedelta(seconds=longest / 2) == message.due_time - NOW
    assert longest == longest_wait_s(tries) <= LONGEST_BACKOFF_S


def test_a_message_put_off_too_often_fails() -> None:
    """After the last try it fails and says so."""
    message = planned()
    for _ in range(MOST_TRIES):
        message = message.begin(at=NOW)
        message, fact = message.settle(Outcome.PUT_OFF, at=NOW, share=0.5)

    assert (message.state, message.reason, message.attempts) == (State.FAILED, Reason.PUT_OFF, MOST_TRIES)
    assert MessageFailed(message) == fact


def test_an_outage_costs_no_tries() -> None:
    """A server that is away a hundred times leaves the message planned."""
    message = planned()
    for _ in range(100):
        message = message.begin(at=NOW)
        message, _ = message.settle(Outcome.AWAY, at=NOW, share=0.5)

    assert (message.state, message.attempts, message.reason) == (State.PLANNED, 0, Reason.SERVER_AWAY)


def test_every_change_counts() -> None:
    """The revision grows with each change, so a late event can be told."""
    begun = planned().begin(at=NOW)
    sent, _ = begun.settle(Outcome.ACCEPTED, at=NOW, share=0.0)

    assert [planned().revision, begun.revision, sent.revision] == [1, 2, 3]
