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


class StaffOnly(errors.Forbidden):
    """Clients change their own address, number and zone; names and birth dates are the desk's to change."""

    reason = "STAFF_ONLY"


class StaleVersion(errors.Stale):
    """It has changed since the caller looked."""

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


class UnknownSeries(errors.NotFound):
    """No such series in this practice."""

    reason = "NOT_FOUND"


class UnknownOccurrence(errors.NotFound):
    """The series has no occurrence at this time, or none ahead."""

    reason = "NOT_FOUND"


class SeriesEmpty(errors.InvalidRequest):
    """The rule names no time ahead inside the horizon."""

    reason = "SERIES_EMPTY"


class SeriesConflicts(errors.RuleViolated):
    """Not every occurrence can be placed, and all or none was asked for; the details list every conflict."""

    reason = "SERIES_CONFLICTS"


class SeriesCancelled(errors.RuleViolated):
    """The series was called off."""

    reason = "SERIES_CANCELLED"


class SeriesPaused(errors.RuleViolated):
    """The series has a pause already: end it first."""

    reason = "SERIES_PAUSED"


class SeriesNotPaused(errors.RuleViolated):
    """The series has no pause to end."""

    reason = "SERIES_NOT_PAUSED"


class PauseBeyondHorizon(errors.RuleViolated):
    """A pause ends at the latest where the series is booked to; the metadata has that day."""

    reason = "PAUSE_BEYOND_HORIZON"


class Unknown(errors.NotFound):
    """No such fee, rule, proxy, fence, follow-up or team member in this practice; the metadata names it."""

    reason = "NOT_FOUND"


class LimitReached(errors.RuleViolated):
    """There are as many of these as there may be; the metadata says how many."""

    reason = "LIMIT_REACHED"


class UndoTooLate(errors.RuleViolated):
    """The step is older than a mis-click can be undone."""

    reason = "UNDO_TOO_LATE"


class NothingToUndo(errors.RuleViolated):
    """The last step can't be taken back: it is a booking, a confirmation, a move or an undoing, or it was undone."""

    reason = "NOTHING_TO_UNDO"


class Gate(errors.RuleViolated):
    """The practice asks for something before it books."""


class CardRequired(Gate):
    """No card is on file."""

    reason = "CARD_REQUIRED"


class IntakeDue(errors.RuleViolated):
    """The client has forms or consents to see to before their first session."""

    reason = "INTAKE_DUE"


class ConsentRequired(Gate):
    """No consent holds."""

    reason = "CONSENT_REQUIRED"


class VisitsExhausted(Gate):
    """The visits the insurer allowed are used, or agreed already."""

    reason = "VISITS_EXHAUSTED"


class Fenced(Gate):
    """Two clients who must not meet would; told to staff only."""

    reason = "FENCED"


class SlotNotOffered(Gate):
    """The slot is not offered; a client hears no more."""

    reason = "SLOT_NOT_OFFERED"


class FreshSignInNeeded(errors.RuleViolated):
    """The sign-in is too old, or has one factor only, for what is asked."""

    reason = "FRESH_SIGN_IN_NEEDED"


class UnknownWish(errors.NotFound):
    """No such wish in this practice."""

    reason = "NOT_FOUND"


class UnknownOffer(errors.NotFound):
    """No such offer in this practice."""

    reason = "NOT_FOUND"


class UnknownOpening(errors.NotFound):
    """No such opening in this practice."""

    reason = "NOT_FOUND"


class WishClosed(errors.RuleViolated):
    """The wish was fulfilled or withdrawn."""

    reason = "WISH_CLOSED"


class OfferTaken(errors.RuleViolated):
    """Somebody else who was asked at the same time was faster; the client keeps their place in line."""

    reason = "OFFER_TAKEN"


class OfferExpired(errors.RuleViolated):
    """The time to answer is over and the next one is asked; the client keeps their place in line."""

    reason = "OFFER_EXPIRED"


class OfferClosed(errors.RuleViolated):
    """The offer was answered or withdrawn; the client keeps their place in line."""

    reason = "OFFER_CLOSED"


class OpeningClosed(errors.RuleViolated):
    """The slot was filled, given back or lost: nobody is asked for it any more."""

    reason = "OPENING_CLOSED"


class GroupClosed(errors.RuleViolated):
    """The group has begun and takes nobody in any more."""

    reason = "GROUP_CLOSED"


class NotAMember(errors.RuleViolated):
    """The client is not on the group's roster, or no more."""

    reason = "NOT_A_MEMBER"


class ScreeningRequired(errors.RuleViolated):
    """Nobody has a seat in this group before a screening."""

    reason = "SCREENING_REQUIRED"


class NotSelfBookable(errors.RuleViolated):
    """Clients take no seat in this group by themselves; staff gives them one."""

    reason = "NOT_SELF_BOOKABLE"


class SeriesRunning(errors.RuleViolated):
    """The group meets by a rule already: end that one first."""

    reason = "SERIES_RUNNING"


class SeatFixed(errors.RuleViolated):
    """A seat goes with its group's session: it can't be moved by itself; book one in another session."""

    reason = "SEAT_FIXED"


class NotByVideo(errors.RuleViolated):
    """The session does not take place by video."""

    reason = "NOT_BY_VIDEO"


class JoinWindowClosed(errors.RuleViolated):
    """The session can't be joined yet, or no more; the metadata says from when until when."""

    reason = "JOIN_WINDOW_CLOSED"


class DisclosureWithoutConsent(errors.RuleViolated):
    """What 42 CFR Part 2 protects leaves by the client's consent, or because a law demands it."""

    reason = "DISCLOSURE_WITHOUT_CONSENT"


class TelehealthUnconfigured(errors.RuleViolated):
    """This installation has no place for sessions by video."""

    reason = "TELEHEALTH_UNCONFIGURED"


class UnknownAbsence(errors.NotFound):
    """No such absence, or no such appointment of it, in this practice."""

    reason = "NOT_FOUND"


class ItemSettled(errors.RuleViolated):
    """What became of the affected appointment is stated already."""

    reason = "ITEM_SETTLED"


class WordingRefused(errors.RuleViolated):
    """The text holds a contact, a placeholder or a clinical word; the metadata says which kind."""

    reason = "WORDING_REFUSED"


class WordingUnapproved(errors.RuleViolated):
    """Nobody is asked before the desk or the therapist has approved what clients are told."""

    reason = "WORDING_UNAPPROVED"
