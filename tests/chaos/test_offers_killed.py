"""Who holds an hour for somebody is killed before it is written: no hour is lost, none promised twice."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kept.availability.v1 import absence_service_pb2 as ledger_absences
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import absence_pb2, absence_service_pb2, booking_service_pb2, waitlist_pb2, waitlist_service_pb2
from kept.wall.v1 import wall_pb2

from deploy.local.suite import Suite
from services.chassis.errors import ServiceError, Unavailable
from services.chassis.rpc.status import DeadlineExceeded
from tests.bench.practice import Practice
from tests.chaos.callers import OVERLAPS, scalar
from tests.chaos.test_crashes import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

COUNT = 5
"""Hours offered in a round; the process dies at the third."""

SETTLE_S = 150.0


@contextmanager
def killed_at(suite: Suite, point: str, marker: Path) -> Iterator[None]:
    """Let booking's server die once, at the third time it comes to a point."""
    suite._extra_env["KEPT_CRASH_AT"] = f"{point}:3:{marker}"
    suite.restart("booking-server")
    suite.wait_ready("booking-server")
    try:
        yield
    finally:
        del suite._extra_env["KEPT_CRASH_AT"]
        suite.wait_ready("booking-server")
    assert marker.exists(), "the process never came to the point it was to be killed at"


def day_at(days: int, hour: int) -> datetime:
    """Return an hour some days ahead that no other test of the practice uses."""
    return datetime.combine(datetime.now(UTC).date() + timedelta(days=days), time(hour), tzinfo=UTC)


class Desk:
    """Is the front desk, which asks again while nobody answers."""

    def __init__(self, suite: Suite, practice: Practice) -> None:
        self._suite, self._practice = suite, practice

    async def ask(self, module: Any, service: str, method: str, request: Any, process: str = "booking") -> Any:
        """Call until there is an answer."""
        request.request_id = str(uuid.uuid4())
        last: ServiceError | None = None
        for _ in range(60):
            neighbour = self._practice.neighbour(process, module, service)
            try:
                return await neighbour.call(method, request, self._practice.call("front_desk"))
            except (Unavailable, DeadlineExceeded) as error:
                # It is being killed: asked again under the same id.
                last = error
                await asyncio.sleep(0.5)
        raise AssertionError(f"{method} was never answered") from last

    async def book(self, therapist: int, client: int, start: datetime) -> str:
        """Book a client with a therapist."""
        request = booking_service_pb2.BookAppointmentRequest(
            client_id=self._practice.pairs[client][1],
            therapist_id=self._practice.pairs[therapist][0],
            session_type_id=self._practice.session_type_id,
            start_wall=wall_pb2.WallTime(local=f"{start:%Y-%m-%dT%H:%M}", time_zone="UTC"),
            modality=availability_pb2.MODALITY_IN_PERSON,
        )
        booked = await self.ask(booking_service_pb2, "BookingService", "BookAppointment", request)
        return str(booked.appointment_id)

    def rows(self, service: str, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Read, or change, rows as the owner of a service's database."""
        url = self._suite.stack.database_url(service, "owner")  # type: ignore[arg-type]
        with psycopg.connect(url) as conn:
            found = conn.execute(statement.encode(), values)
            return found.fetchall() if found.description else ()


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    assert await asyncio.to_thread(lambda: until(condition, timeout_s=SETTLE_S)), "it did not settle in time"


async def test_a_kill_between_hold_and_offer_of_the_waitlist(
    breakable: Suite, practice: Practice, tmp_path: Path
) -> None:
    """Each freed hour is offered once to who waits, and booked once by them."""
    desk, practice_id = Desk(breakable, practice), practice.practice_id
    waiting = [practice.pairs[100 + each][1] for each in range(COUNT)]
    freed = [await desk.book(each, each, day_at(110, 2)) for each in range(COUNT)]
    with killed_at(breakable, "booking.offer_held", tmp_path / "killed"):
        for number, client_id in enumerate(waiting):
            wish = waitlist_pb2.Wish(
                client_id=client_id,
                therapist_ids=[practice.pairs[number][0]],
                session_type_ids=[practice.session_type_id],
                time_zone="UTC",
            )
            create = waitlist_service_pb2.CreateWishRequest(wish=wish)
            await desk.ask(waitlist_service_pb2, "WaitlistService", "CreateWish", create)
            cancel = booking_service_pb2.CancelAppointmentRequest(appointment_id=freed[number])
            await desk.ask(booking_service_pb2, "BookingService", "CancelAppointment", cancel)
        desk.rows("booking", "update openings set look_time = now() where practice_id = %s", practice_id)

        def made() -> bool:
            found = desk.rows("booking", "select state from offers where practice_id = %s", practice_id)
            return [state for (state,) in found] == ["MADE"] * COUNT

        await eventually(made)
    offers = desk.rows(
        "booking", "select offer_id::text, client_id::text from offers where practice_id = %s", practice_id
    )
    for offer_id, _ in offers:
        accept = waitlist_service_pb2.AcceptOfferRequest(offer_id=offer_id)
        await desk.ask(waitlist_service_pb2, "WaitlistService", "AcceptOffer", accept)

    booked = desk.rows(
        "booking",
        "select client_id::text from appointments where practice_id = %s and client_id = any (%s::uuid[])"
        " and state = 'BOOKED' and start_time = %s",
        practice_id,
        waiting,
        day_at(110, 2),
    )
    lost, doubled = len(set(waiting) - {row[0] for row in booked}), len(booked) - len(set(booked))
    print(f"\nfreed {COUNT}, offered {len(offers)}, booked {len(booked)}, lost {lost}, doubled {doubled}")
    assert (lost, doubled, len(booked)) == (0, 0, COUNT)
    assert scalar(breakable, "availability", OVERLAPS, practice_id) == 0
    await eventually(lambda: _confirmed(desk, [offer_id for offer_id, _ in offers]))


async def test_a_kill_between_hold_and_offer_of_an_absence(
    breakable: Suite, practice: Practice, tmp_path: Path
) -> None:
    """Everybody affected is offered one cover, and has it once; nothing stays held."""
    desk, practice_id, away = Desk(breakable, practice), practice.practice_id, 150
    booked = [await desk.book(away, 150 + each, day_at(111, 2 + 2 * each)) for each in range(COUNT)]
    with killed_at(breakable, "booking.absence_held", tmp_path / "killed"):
        start = ledger_absences.StartAbsenceRequest(therapist_id=practice.pairs[away][0])
        start.interval.start_time.FromDatetime(day_at(111, 0))
        start.interval.end_time.FromDatetime(day_at(111, 23))
        absence = await desk.ask(ledger_absences, "AbsenceService", "StartAbsence", start, "availability")
        absence_id = absence.absence_id

        def stand(state: str) -> Callable[[], bool]:
            query = "select state from affected_appointments where practice_id = %s and absence_id = %s"
            return lambda: [row[0] for row in desk.rows("booking", query, practice_id, absence_id)] == [state] * COUNT

        await eventually(stand("OPEN"))
        door = (absence_service_pb2, "AbsenceCaseService")
        await desk.ask(
            *door,
            "PutAbsenceWording",
            absence_service_pb2.PutAbsenceWordingRequest(absence_id=absence_id, body="Please choose what suits you."),
        )
        await desk.ask(
            *door,
            "ApproveAbsenceWording",
            absence_service_pb2.ApproveAbsenceWordingRequest(absence_id=absence_id, wording_version=1),
        )
        await desk.ask(
            *door,
            "OfferAffected",
            absence_service_pb2.OfferAffectedRequest(
                absence_id=absence_id, kinds=[absence_pb2.ABSENCE_OPTION_KIND_COVER]
            ),
        )
        await eventually(stand("OFFERED"))
    options = desk.rows(
        "booking",
        "select o.offer_id::text, p.option_id::text from absence_offers o join absence_options p"
        " on p.practice_id = o.practice_id and p.offer_id = o.offer_id"
        " where o.practice_id = %s and o.absence_id = %s and p.state = 'HELD'",
        practice_id,
        absence_id,
    )
    for offer_id, option_id in options:
        await desk.ask(
            *door,
            "AcceptAbsenceOption",
            absence_service_pb2.AcceptAbsenceOptionRequest(offer_id=offer_id, option_id=option_id),
        )

    await eventually(stand("COVERED"))
    stands = desk.rows(
        "booking",
        "select appointment_id::text, therapist_id::text from appointments where appointment_id = any (%s::uuid[])"
        " and state = 'BOOKED'",
        booked,
    )
    lost = len(set(booked) - {row[0] for row in stands})
    print(f"\naffected {COUNT}, offered {len(options)}, covered {len(stands)}, lost {lost}")
    assert (lost, len(options)) == (0, COUNT)
    assert practice.pairs[away][0] not in {row[1] for row in stands}
    assert scalar(breakable, "availability", OVERLAPS, practice_id) == 0
    await eventually(lambda: _confirmed(desk, booked))
    await eventually(lambda: not _held(desk, [option_id for _, option_id in options]))


def _confirmed(desk: Desk, claim_ids: Sequence[str]) -> bool:
    query = "select count(*) from claims where claim_id = any (%s::uuid[]) and state = 'confirmed' and move is null"
    return bool(desk.rows("availability", query, list(claim_ids))[0][0] == len(claim_ids))


def _held(desk: Desk, claim_ids: Sequence[str]) -> bool:
    query = "select 1 from claims where claim_id = any (%s::uuid[]) and state <> 'released'"
    return bool(desk.rows("availability", query, list(claim_ids)))
