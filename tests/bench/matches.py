"""Measures a match of one client over the wire, the ledger asked: `python -m tests.bench.matches`."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
import uuid
from collections.abc import Sequence

from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.matching.v1 import matching_pb2, matching_service_pb2

from tests.bench.practice import ZONE, Practice
from tests.bench.rounds import CALLS, Note, Round, measure_in_rounds

SPECIALTIES, APPROACHES = ("anxiety", "grief", "ocd", "trauma", "couples"), ("cbt", "emdr", "act")


async def hire(practice: Practice) -> str:
    """
    Give every therapist of the practice a profile and the hours that slot search is measured with; return the type.

    All have room, and all suit; weekdays nine to five, 50-minute sessions by video on the hour, nothing booked.
    """
    admin, session_type_id = practice.call("practice_admin"), str(uuid.uuid4())
    ledger = practice.neighbour("availability", availability_service_pb2, "AvailabilityService")
    kind = availability_pb2.SessionType(
        session_type_id=session_type_id,
        display_name="Match",
        length_min=50,
        buffer_after_min=10,
        horizon_days=365,
        grid_min=60,
        modalities=[availability_pb2.MODALITY_VIDEO],
    )
    put = availability_service_pb2.PutSessionTypeRequest(session_type=kind, request_id=str(uuid.uuid4()))
    await ledger.call("PutSessionType", put, admin)
    hours = [
        availability_pb2.WeeklyHours(
            weekday=day, start_local="09:00", end_local="17:00", modalities=[availability_pb2.MODALITY_VIDEO]
        )
        for day in range(1, 6)
    ]
    for therapist_id, _ in practice.pairs:
        schedule = availability_pb2.Schedule(
            therapist_id=therapist_id, time_zone=ZONE, weekly_hours=hours, session_type_ids=[session_type_id]
        )
        change = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=str(uuid.uuid4()))
        await ledger.call("PutSchedule", change, admin)
    desk = practice.neighbour("matching", matching_service_pb2, "MatchingService")
    profiles = [
        matching_pb2.TherapistProfile(
            therapist_id=therapist_id,
            display_name=f"Bench {at}",
            specialties=[SPECIALTIES[at % 5], SPECIALTIES[(at + 2) % 5]],
            approaches=[APPROACHES[at % 3]],
            languages=["en"],
            oldest_age=120,
            modalities=[availability_pb2.MODALITY_VIDEO],
            is_accepting=True,
            capacity=200,
            experience_years=at % 20,
        )
        for at, (therapist_id, _) in enumerate(practice.pairs)
    ]
    request = matching_service_pb2.ImportTherapistProfilesRequest(
        therapist_profiles=profiles, request_id=str(uuid.uuid4())
    )
    await desk.call("ImportTherapistProfiles", request, admin)
    return session_type_id


async def measure(practice: Practice, session_type_id: str, note: Note, *, calls: int = CALLS) -> None:
    """
    Match one client after another with every therapist, with the ledger asked for everybody's first slot and without.

    Each is the whole call: token, access, fences from booking, rules, profiles, ranking, the sealed run, its event and
    its record.
    """
    desk = practice.neighbour("matching", matching_service_pb2, "MatchingService")
    call = practice.call("front_desk")
    for name, wanted in (("match_call_with_slots", session_type_id), ("match_call_without_slots", "")):
        times = []
        for at, (_, client_id) in enumerate(itertools.islice(itertools.cycle(practice.pairs), calls)):
            need = matching_pb2.Need(
                client_id=client_id,
                session_type_id=wanted,
                specialties=[SPECIALTIES[at % 5]],
                approaches=[APPROACHES[at % 3]],
                languages=["en"],
                age=30,
                modality=availability_pb2.MODALITY_VIDEO,
            )
            request = matching_service_pb2.MatchClientRequest(need=need, request_id=str(uuid.uuid4()))
            started = time.perf_counter()
            found = await desk.call("MatchClient", request, call)
            times.append((time.perf_counter() - started) * 1000)
            has_slots = all(each.HasField("earliest_slot") for each in found.candidates)
            if not found.candidates or has_slots != bool(wanted):
                raise RuntimeError("a match was not what was measured")
        note(f"{name}_p50_ms", statistics.median(times), "ms")
        note(f"{name}_p95_ms", sorted(times)[len(times) * 95 // 100 - 1], "ms")


def main(arguments: Sequence[str]) -> int:
    """Start a suite of its own, match, and add the figures to `.local/bench.json`."""

    async def begin(practice: Practice) -> Round:
        session_type_id = await hire(practice)
        return lambda practice, note, calls: measure(practice, session_type_id, note, calls=calls)

    return measure_in_rounds(arguments, "tests.bench.matches", __doc__, begin)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
