"""A message to a client: planned once, sent at most once, or kept back with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.channel import THE_CLIENT, About, Channel, MessageClass

BACKOFF_S = 30
"""Seconds the first wait after a refusal may last at most; each later one twice as long."""

LONGEST_BACKOFF_S = 900
"""Seconds no wait exceeds. Source: reference design, full jitter."""

MOST_TRIES = 24
"""
Times a mail server may put one message off before it counts as failed.

With full jitter the tries spread over two hours and a half on average, so an hour of
greylisting or of a full mailbox costs no message. A server that can't be reached is not counted.
"""


class Kind(StrEnum):
    """What a message says."""

    CONFIRMATION = "CONFIRMATION"
    REMINDER = "REMINDER"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    UNCONFIRMED = "UNCONFIRMED"
    AFTER_SESSION = "AFTER_SESSION"
    NO_SHOW = "NO_SHOW"
    OFFER = "OFFER"
    OFFER_TAKEN = "OFFER_TAKEN"
    OFFER_WITHDRAWN = "OFFER_WITHDRAWN"
    FOLLOW_UP = "FOLLOW_UP"
    FORM = "FORM"
    MEDICATION = "MEDICATION"
    CHECK_IN = "CHECK_IN"
    MESSAGE_WAITING = "MESSAGE_WAITING"
    CONTACT_CODE = "CONTACT_CODE"
    CONTACT_CHANGED = "CONTACT_CHANGED"
    PROPOSAL = "PROPOSAL"
    ABSENCE_OFFER = "ABSENCE_OFFER"
    INVITATION = "INVITATION"


class State(StrEnum):
    """Where a message stands."""

    PLANNED = "PLANNED"
    SENDING = "SENDING"
    SENT = "SENT"
    SUPPRESSED = "SUPPRESSED"
    FAILED = "FAILED"


class Reason(StrEnum):
    """Why a message was suppressed or failed, or why it waits for another try."""

    APPOINTMENT_MOVED = "APPOINTMENT_MOVED"
    APPOINTMENT_CANCELLED = "APPOINTMENT_CANCELLED"
    APPOINTMENT_ATTENDED = "APPOINTMENT_ATTENDED"
    ALREADY_CONFIRMED = "ALREADY_CONFIRMED"
    CLOSE_TO_NOTICE = "CLOSE_TO_NOTICE"
    STEP_PASSED = "STEP_PASSED"
    OVERTAKEN = "OVERTAKEN"
    QUIET_HOURS = "QUIET_HOURS"
    NO_CONTACT = "NO_CONTACT"
    NO_CONSENT = "NO_CONSENT"
    TOO_LATE = "TOO_LATE"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    MESSAGE_REFUSED = "MESSAGE_REFUSED"
    PUT_OFF = "PUT_OFF"
    SERVER_AWAY = "SERVER_AWAY"
    NOT_RENDERED = "NOT_RENDERED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    NOT_DELIVERED = "NOT_DELIVERED"
    NO_ADDRESS = "NO_ADDRESS"
    NOT_SAFE = "NOT_SAFE"
    OPTED_OUT = "OPTED_OUT"
    ADDRESS_SUPPRESSED = "ADDRESS_SUPPRESSED"
    RATE_CAPPED = "RATE_CAPPED"
    CRISIS_HOLD = "CRISIS_HOLD"
    CONFIDENTIAL = "CONFIDENTIAL"
    NOT_FIRST_VISIT = "NOT_FIRST_VISIT"
    OTHER_MODALITY = "OTHER_MODALITY"
    LOW_RISK = "LOW_RISK"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    NOT_ATTENDED = "NOT_ATTENDED"
    APPOINTMENT_MISSED = "APPOINTMENT_MISSED"
    CHANGE_UNDONE = "CHANGE_UNDONE"
    FIRST_VISIT = "FIRST_VISIT"
    HIGH_RISK = "HIGH_RISK"
    MATTER_CLOSED = "MATTER_CLOSED"
    FORBIDDEN_WORDS = "FORBIDDEN_WORDS"
    TOO_LONG = "TOO_LONG"


class Outcome(StrEnum):
    """What became of one hand-over to the mail server."""

    ACCEPTED = "ACCEPTED"
    PUT_OFF = "PUT_OFF"
    REFUSED = "REFUSED"
    AWAY = "AWAY"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The mail server took the message."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """The message will not be tried again."""

    message: Message


@dataclass(frozen=True, slots=True)
class Message:
    """
    One thing to say to one recipient about one version of an appointment, or of whatever else *about* names.

    (appointment_id, appointment_version, kind, step, client_id, recipient_id) names it: however often an event comes,
    there is one message. *revision* counts its own changes. *channels* are those still to be tried, in order.
    """

    message_id: str
    client_id: str
    appointment_id: str
    appointment_version: int
    kind: Kind
    start_time: datetime
    due_time: datetime
    state: State = State.PLANNED
    reason: Reason | None = None
    send_time: datetime | None = None
    attempts: int = 0
    revision: int = 1
    step: str = ""
    only_unconfirmed: bool = False
    only_confirmed: bool = False
    overtake_time: datetime | None = None
    """When the next reminder is due, which says all that this one would."""

    about: About = About.APPOINTMENT
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    recipient_id: str = THE_CLIENT
    template_key: str = ""
    """Empty means the template of its kind."""

    channel: Channel | None = None
    """The way it was last begun by."""

    contact_point_id: str | None = None
    """The address it was last begun to; set from the start for what must go to one address and no other."""

    template_version: int = 0
    """What it was last written with; 0 is the built-in one."""

    workflow_version: int = 0
    """The version of the workflow that planned it; 0 is the built-in one."""

    end_time: datetime | None = None
    """After which it says nothing any more; None means the start."""

    begin_time: datetime | None = None
    """When it was last begun."""

    @property
    def last_time(self) -> datetime:
        """The moment from which on it is too late to be said."""
        return self.end_time or self.start_time

    def suppress(self, reason: Reason) -> Message:
        """Keep a planned message back for good."""
        return replace(self, state=State.SUPPRESSED, reason=reason, revision=self.revision + 1)

    def defer(self, until: datetime, reason: Reason = Reason.QUIET_HOURS) -> Message:
        """Let a planned message wait, for example for the end of quiet hours."""
        return replace(self, due_time=until, reason=reason, revision=self.revision + 1)

    def begin(
        self,
        *,
        at: datetime,
        channel: Channel = Channel.EMAIL,
        contact_point_id: str | None = None,
        template_version: int = 0,
    ) -> Message:
        """Say that it is about to be handed over by one way to one address; must be committed before it is."""
        return replace(
            self,
            state=State.SENDING,
            reason=None,
            attempts=self.attempts + 1,
            revision=self.revision + 1,
            channel=channel,
            contact_point_id=contact_point_id or self.contact_point_id,
            template_version=template_version,
            begin_time=at,
        )

    @property
    def has_fallen_back(self) -> bool:
        """Tell whether it was begun by a channel that surely did not carry it, and waits for its next."""
        return self.channel is not None and self.channel not in self.channels

    def keep_back(self, reason: Reason) -> tuple[Message, MessageFailed | None]:
        """
        Keep a planned message back because no channel that is left may carry it.

        One that fell back to them has failed, for the reason it fell back for.
        """
        if not self.has_fallen_back:
            return self.suppress(reason), None
        failed = self._end(State.FAILED, self.reason or reason, send_time=None)
        return failed, MessageFailed(failed)

    def without_more_channels(self) -> Message:
        """Leave nothing to fall back to: it is too late to be said at all."""
        return replace(self, channels=tuple(each for each in self.channels if each is self.channel))

    def fall_back(self, reason: Reason, *, at: datetime) -> tuple[Message, MessageFailed | None]:
        """
        Go on with the next channel after one that is known not to have carried it, or end here when none is left.

        Danger: only after an outcome that is certain. What may have arrived is never said again by another way.
        """
        rest = tuple(channel for channel in self.channels if channel is not self.channel)
        if not rest:
            failed = replace(self._end(State.FAILED, reason, send_time=None), channels=())
            return failed, MessageFailed(failed)
        again = self._again(at, reason, attempts=0)
        return replace(again, channels=rest, contact_point_id=None), None

    def settle(
        self,
        outcome: Outcome,
        *,
        at: datetime,
        share: float,
        reason: Reason | None = None,
        retry_after_s: float | None = None,
    ) -> tuple[Message, MessageSent | MessageFailed | None]:
        """
        Turn what the mail server said into the next state.

        Args:
            outcome: Only PUT_OFF and AWAY are known not to have arrived; only they are tried again.
            at: Now, UTC.
            share: Full jitter: which share of the longest wait to wait, in [0, 1).
            reason: Says more about a refusal, to be stored with it.
            retry_after_s: How long the provider asks to be left alone at least.

        Returns:
            The message in its new state, and the fact to publish if this was the end of it. What surely did not
            arrive by one channel goes on by the next.
        """
        if outcome is Outcome.ACCEPTED:
            sent = self._end(State.SENT, None, send_time=at)
            return sent, MessageSent(sent)
        if outcome is Outcome.AWAY:
            wait = timedelta(seconds=share * BACKOFF_S)
            return self._again(at + wait, reason or Reason.SERVER_AWAY, attempts=self.attempts - 1), None
        if outcome is Outcome.PUT_OFF and self.attempts < MOST_TRIES:
            wait = timedelta(seconds=max(share * longest_wait_s(self.attempts), retry_after_s or 0.0))
            return self._again(at + wait, reason or Reason.PUT_OFF, attempts=self.attempts), None
        ends = {
            Outcome.PUT_OFF: reason or Reason.PUT_OFF,
            Outcome.REFUSED: reason or Reason.MESSAGE_REFUSED,
            Outcome.UNKNOWN: Reason.OUTCOME_UNKNOWN,
        }
        if outcome is not Outcome.UNKNOWN and len(self.channels) > 1:
            return self.fall_back(ends[outcome], at=at)
        failed = self._end(State.FAILED, ends[outcome], send_time=None)
        return failed, MessageFailed(failed)

    def _end(self, state: State, reason: Reason | None, *, send_time: datetime | None) -> Message:
        return replace(self, state=state, reason=reason, send_time=send_time, revision=self.revision + 1)

    def _again(self, due_time: datetime, reason: Reason, *, attempts: int) -> Message:
        return replace(
            self,
            state=State.PLANNED,
            due_time=due_time,
            reason=reason,
            attempts=attempts,
            revision=self.revision + 1,
        )


def longest_wait_s(attempts: int) -> float:
    """Return the longest wait after so many tries, in seconds."""
    return float(min(LONGEST_BACKOFF_S, BACKOFF_S * 2 ** min(attempts - 1, 10)))
