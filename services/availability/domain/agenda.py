"""Weighs new claims against what their therapists have and their client holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.availability.domain import errors
from services.availability.domain.caps import Session, breaches, reach, too_far
from services.availability.domain.claim import Claim, Placement
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.limits import MAX_CLIENT_HOLDS, holding_window, is_reserved
from services.availability.domain.wish import Wish

Person = tuple[str, str]
"""Practice id and therapist or client id."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A limit that staff passes over; cap is one of `Caps`, "reserved", "priority_window" or "overbooked"."""

    therapist_id: str
    cap: str
    limit: int
    reason: str


class Agendas:
    """
    The sessions of therapists and the holds of clients, as far as they were looked up, and what was added here since.

    Danger: exact only while the locks are held under which they were looked up.
    """

    def __init__(self) -> None:
        self._sessions: dict[Person, list[Session]] = {}
        self._holds: dict[Person, int] = {}

    def note(self, practice_id: str, therapist_id: str, session: Session) -> None:
        """Note a session of a therapist."""
        self._sessions.setdefault((practice_id, therapist_id), []).append(session)

    def of(self, practice_id: str, therapist_id: str) -> Sequence[Session]:
        """Return what is known of a therapist."""
        return self._sessions.get((practice_id, therapist_id), ())

    def note_holds(self, practice_id: str, client_id: str, count: int) -> None:
        """Note how many claims a client holds."""
        self._holds[practice_id, client_id] = count

    def refuse_more_holds(self, practice_id: str, wish: Wish) -> None:
        """Refuse a client who holds enough already; staff's holds are not counted. Raises HoldsExhausted."""
        if not wish.is_by_staff:
            self.require_few_holds(practice_id, wish.client_id)

    def require_few_holds(self, practice_id: str, client_id: str) -> None:
        """Refuse a client who holds enough already. Raises HoldsExhausted."""
        if self._holds.get((practice_id, client_id), 0) >= MAX_CLIENT_HOLDS:
            raise errors.HoldsExhausted("The client holds enough.", most=str(MAX_CLIENT_HOLDS))

    def weigh(self, practice_id: str, wish: Wish, wanted: Session, directory: Directory) -> list[Passed]:
        """
        Weigh a session against all its therapists' agendas.

        Returns:
            The caps that staff passes over.

        Raises:
            TravelTooShort: A therapist comes from, or goes to, too far a site. (FAILED_PRECONDITION)
            CapReached: A cap would break, and no reason was given to pass over it. (FAILED_PRECONDITION)
        """
        limits, passed = directory.limits, list[Passed]()
        for therapist_id in wish.therapist_ids:
            if not limits.are_counted(therapist_id):
                continue
            sessions = self.of(practice_id, therapist_id)
            minutes = too_far(wanted, sessions, limits.travel)
            if minutes:
                raise errors.TravelTooShort("The therapist can't get there in time.", minutes=str(minutes))
            caps = limits.caps.get(therapist_id)
            if caps is None:
                continue
            zone = directory.schedules[therapist_id].time_zone
            broken = breaches(wanted, sessions, caps, directory.session_types, zone)
            if broken and not wish.override_reason:
                first = broken[0]
                raise errors.CapReached(
                    "A cap of the therapist is reached.",
                    cap=first.cap,
                    limit=str(first.limit),
                    therapist_id=therapist_id,
                )
            passed += [Passed(therapist_id, each.cap, each.limit, wish.override_reason) for each in broken]
        return passed

    def add(self, practice_id: str, claim: Claim, directory: Directory) -> None:
        """Note a claim that was just placed, for those who come after it."""
        for therapist_id in (claim.placement.therapist_id, *claim.extra_therapist_ids) if limited(directory) else ():
            if directory.limits.are_counted(therapist_id):
                self.note(practice_id, therapist_id, session_of(claim))
        if not claim.is_by_staff:
            key = (practice_id, claim.client_id)
            self._holds[key] = self._holds.get(key, 0) + 1


def passed_besides(wish: Wish, placement: Placement, directory: Directory, *, now_s: int) -> list[Passed]:
    """Return what else than caps staff passes over: what is kept for some, and time that others have."""
    passed = [
        Passed(each, "reserved", 0, wish.override_reason)
        for each in (wish.therapist_ids if wish.override_reason and not wish.is_high_need else ())
        if is_reserved(
            directory.limits.reservations, each, directory.schedules[each].time_zone, wish.start_s, now_s=now_s
        )
    ]
    for each in wish.therapist_ids if wish.override_reason else ():
        window = holding_window(
            directory.limits.windows,
            each,
            wish.session_type_id,
            wish.start_s,
            now_s=now_s,
            audiences=wish.everything,
        )
        if window is not None:
            passed.append(Passed(each, "priority_window", window.open_days, wish.override_reason))
    if placement.overbooked_ids:
        passed.append(Passed(wish.therapist_id, "overbooked", 0, wish.overbook_reason))
    return passed


def session_of(claim: Claim) -> Session:
    """Return a claim at its agreed time."""
    placed = claim.placement
    return Session(claim.claim_id, claim.session_type_id, placed.site_id, placed.start_s, placed.end_s)


def counted(wish: Wish, directory: Directory) -> list[str]:
    """Return the therapists of a wish whose agendas have to be known."""
    if not limited(directory):
        return []
    return [each for each in wish.therapist_ids if directory.limits.are_counted(each)]


def limited(directory: Directory) -> bool:
    """Tell whether anybody's sessions are counted: the quick no of the plain path."""
    return bool(directory.limits.caps or directory.limits.travel)


def stretch(wish: Wish, end_s: int) -> Span:
    """Return the stretch of the agendas that has to be known."""
    return reach(Session("", wish.session_type_id, "", wish.start_s, end_s))
