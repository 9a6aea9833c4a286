"""Who works on a started batch is killed before it is committed: nothing of it stays, and it is done once after all."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from kept.availability.v1 import availability_pb2
from kept.matching.v1 import batch_service_pb2, intake_pb2, intake_service_pb2, matching_pb2, matching_service_pb2

from deploy.local.suite import Suite
from tests.bench.practice import Practice
from tests.chaos.test_offers_killed import Desk, eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

CLIENTS = 5


async def test_a_kill_between_proposals_and_commit_of_a_batch(
    breakable: Suite, practice: Practice, tmp_path: Path
) -> None:
    """Each client is proposed one therapist, once; no half of the first try is there."""
    desk, practice_id, marker = Desk(breakable, practice), practice.practice_id, tmp_path / "killed"
    profile = matching_pb2.TherapistProfile(
        therapist_id=practice.pairs[0][0],
        display_name="Bench",
        oldest_age=120,
        is_accepting=True,
        capacity=CLIENTS,
        modalities=[availability_pb2.MODALITY_IN_PERSON],
    )
    put = matching_service_pb2.PutTherapistProfileRequest(therapist_profile=profile, request_id=str(uuid.uuid4()))
    await practice.neighbour("matching", matching_service_pb2, "MatchingService").call(
        "PutTherapistProfile", put, practice.call("practice_admin")
    )
    for _, client_id in practice.pairs[:CLIENTS]:
        opened = intake_service_pb2.OpenIntakeRequest(need=matching_pb2.Need(client_id=client_id))
        await desk.ask(intake_service_pb2, "IntakeService", "OpenIntake", opened, "matching")
    breakable._extra_env["KEPT_CRASH_AT"] = f"matching.batch_stored:1:{marker}"
    breakable.restart("matching-server")
    breakable.wait_ready("matching-server")
    try:
        started = await desk.ask(
            batch_service_pb2, "BatchService", "StartBatch", batch_service_pb2.StartBatchRequest(), "matching"
        )
        await eventually(marker.exists)
    finally:
        del breakable._extra_env["KEPT_CRASH_AT"]
        breakable.wait_ready("matching-server")

    after_kill = """
        select attempt_count, (select count(*) from proposals p where p.practice_id = o.practice_id),
            (select count(*) from batches b where b.practice_id = o.practice_id)
        from batch_operations o where practice_id = %s
    """
    [(taken_up, *halves)] = desk.rows("matching", after_kill, practice_id)
    desk.rows("matching", "update batch_operations set lease_expire_time = now() where practice_id = %s", practice_id)

    def is_done() -> bool:
        [(state,)] = desk.rows("matching", "select state from batch_operations where practice_id = %s", practice_id)
        return bool(state == intake_pb2.BatchOperation.STATE_DONE)

    await eventually(is_done)
    [(attempts,)] = desk.rows(
        "matching", "select attempt_count from batch_operations where practice_id = %s", practice_id
    )
    proposed = desk.rows(
        "matching", "select client_id from proposals where practice_id = %s and state = 1", practice_id
    )
    doubled = len(proposed) - len(set(proposed))
    print(f"\nwaiting {CLIENTS}, attempts {attempts}, proposed {len(proposed)}, doubled {doubled}")
    assert taken_up > 1 or halves == [0, 0]
    assert (attempts, len(proposed), doubled) == (2, CLIENTS, 0)
    assert started.state == intake_pb2.BatchOperation.STATE_QUEUED
