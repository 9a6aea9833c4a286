"""Names every refusal of the availability service, each with its stable reason."""

from __future__ import annotations

from services.chassis import errors


class Malformed(errors.InvalidRequest):
    """A field of the request can't be read or is outside its limits; the metadata names it."""

    reason = "MALFORMED_REQUEST"


class UnknownTimeZone(errors.InvalidRequest):
    """The zone is not one of the IANA database's."""

    reason = "UNKNOWN_TIME_ZONE"


class TimeDoesNotExist(errors.InvalidRequest):
    """The clocks of that zone skip this wall time."""

    reason = "TIME_DOES_NOT_EXIST"


class TimeAmbiguous(errors.InvalidRequest):
    """The clocks of that zone show this wall time twice; fold says which: 1 the first, 2 the second."""

    reason = "TIME_AMBIGUOUS"


class IntervalReversed(errors.InvalidRequest):
    """The interval ends at or before its start."""

    reason = "INTERVAL_REVERSED"


class HoursReversed(errors.InvalidRequest):
    """Working hours end at or before their start."""

    reason = "HOURS_REVERSED"


class HoursOverlap(errors.InvalidRequest):
    """Two stretches of working hours share a minute."""

    reason = "HOURS_OVERLAP"


class AnchorNotMonday(errors.InvalidRequest):
    """Alternating weeks need a Monday to count from, and only they have one."""

    reason = "ANCHOR_NOT_MONDAY"


class UnknownHolidays(errors.InvalidRequest):
    """No public holidays are known of that country or subdivision."""

    reason = "UNKNOWN_HOLIDAYS"


class Unknown(errors.NotFound):
    """This practice has no such site, room, session type, schedule, date or claim; the metadata names it."""

    reason = "NOT_FOUND"


class StaleVersion(errors.Stale):
    """The etag is not the current one; read it again."""

    reason = "STALE_VERSION"


class HoldIdReused(errors.AlreadyExists):
    """The same hold id came before with another wish."""

    reason = "REQUEST_ID_REUSED"


class SlotTaken(errors.RuleViolated):
    """The therapist or the room is taken at that time; the details hold the nearest free slots."""

    reason = "SLOT_TAKEN"


class ClientOverlap(errors.RuleViolated):
    """The client is somewhere else at that time; the details hold the nearest free slots."""

    reason = "CLIENT_OVERLAP"


class SlotNotOffered(errors.RuleViolated):
    """The therapist does not offer this session at that time in that way."""

    reason = "SLOT_NOT_OFFERED"


class SlotInPast(errors.RuleViolated):
    """The time has begun already."""

    reason = "SLOT_IN_PAST"


class NoticeTooShort(errors.RuleViolated):
    """The session type asks for longer notice of a booking by a client."""

    reason = "NOTICE_TOO_SHORT"


class HorizonExceeded(errors.RuleViolated):
    """The time lies further ahead than can be searched or booked."""

    reason = "HORIZON_EXCEEDED"


class ClaimReleased(errors.RuleViolated):
    """The claim was given back: it can't be confirmed or moved any more."""

    reason = "CLAIM_RELEASED"


class MovePending(errors.RuleViolated):
    """Another move of this claim waits for its owner's word."""

    reason = "MOVE_PENDING"


class NotSelfBookable(errors.RuleViolated):
    """Only staff books this session type."""

    reason = "NOT_SELF_BOOKABLE"


class SameDayClosed(errors.RuleViolated):
    """Clients can't book this session type for the same day."""

    reason = "SAME_DAY_CLOSED"


class TravelOverlap(errors.RuleViolated):
    """The therapist is on another travel on one of these days."""

    reason = "TRAVEL_OVERLAP"


class TooManyEntries(errors.RuleViolated):
    """There are as many of them as there may be; delete what is over first."""

    reason = "TOO_MANY_ENTRIES"


class CapReached(errors.RuleViolated):
    """A cap of the therapist is reached; the metadata names it and its limit, the details hold free slots."""

    reason = "CAP_REACHED"


class TravelTooShort(errors.RuleViolated):
    """The therapist can't get there from their neighbouring session; the details hold free slots."""

    reason = "TRAVEL_TOO_SHORT"


class SlotReserved(errors.RuleViolated):
    """The slot is kept for clients in high need until some time before it begins; the details hold free slots."""

    reason = "SLOT_RESERVED"


class SlotPrioritised(errors.RuleViolated):
    """Others may not book the slot yet: the metadata says from how many days before on; the details hold free slots."""

    reason = "SLOT_PRIORITISED"


class HoldsExhausted(errors.RuleViolated):
    """The client holds as many claims as one may, none of them answered yet."""

    reason = "HOLDS_EXHAUSTED"


class SeatsTaken(errors.RuleViolated):
    """The group's session has no seat left; the metadata has its capacity."""

    reason = "SEATS_TAKEN"


class SeatFixed(errors.RuleViolated):
    """A seat goes with its group's session: it can't be moved by itself, and has no seats of its own."""

    reason = "SEAT_FIXED"


class StaffOnly(errors.Forbidden):
    """Only staff passes over a cap or books over taken time."""

    reason = "STAFF_ONLY"


class LimitExceeded(errors.RuleViolated):
    """There would be more of it than the contract allows; the metadata names the limit."""

    reason = "LIMIT_EXCEEDED"


class ItemSettled(errors.RuleViolated):
    """The item of the absence was moved, cancelled or covered already."""

    reason = "ITEM_SETTLED"


class AbsenceOpen(errors.RuleViolated):
    """Items of the absence are not settled; the metadata counts them."""

    reason = "ABSENCE_OPEN"
