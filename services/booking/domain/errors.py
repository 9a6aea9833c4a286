"""Names every refusal of the booking service, each with its stable reason."""

from __future__ import annotations

from services.chassis import errors


class UnknownClient(errors.NotFound):
    """No such client in this practice."""

    reason = "NOT_FOUND"


class UnknownAppointment(errors.NotFound):
    """No such appointment in this practice."""

    reason = "NOT_FOUND"


class ClientExists(errors.AlreadyExists):
    """Another client of this practice has the same e-mail address, or the same id."""

    reason = "CLIENT_EXISTS"


class Malformed(errors.InvalidRequest):
    """A field of the request can't be read; the metadata names it."""

    reason = "MALFORMED_REQUEST"


class UnknownTimeZone(errors.InvalidRequest):
    """The zone is not one of the IANA database's."""

    reason = "UNKNOWN_TIME_ZONE"


class IntervalReversed(errors.InvalidRequest):
    """The interval ends at or before its start."""

    reason = "INTERVAL_REVERSED"


class StateForbids(errors.RuleViolated):
    """The appointment's state, or the hour, does not allow this step."""

    reason = "STATE_FORBIDS"


class StaleVersion(errors.Stale):
    """The appointment has changed since the caller looked."""

    reason = "STALE_VERSION"


class HoldAbandoned(errors.Stale):
    """
    The hold behind this booking or move was given back before the promise was written.

    The caller asks again under a new request id: nothing was agreed.
    """

    reason = "HOLD_ABANDONED"


class ClaimChanged(errors.Stale):
    """The claim changed while the ledger was being answered; the event is handled again."""

    reason = "CLAIM_CHANGED"


class RecurrenceMalformed(errors.InvalidRequest):
    """The text is no recurrence rule; the metadata names the part."""

    reason = "RECURRENCE_MALFORMED"


class RecurrenceUnsupported(errors.InvalidRequest):
    """The rule uses a part of RFC 5545, or a number, that series do not support; the metadata names it."""

    reason = "RECURRENCE_UNSUPPORTED"


class RecurrenceTooLarge(errors.InvalidRequest):
    """The rule would take more work, or give more occurrences, than a series may; the metadata has the limit."""

    reason = "RECURRENCE_TOO_LARGE"
