"""What is past its time leaves the trail on two persons' word, archived and verified, and its proofs stay."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.audit.v1 import audit_service_pb2, retention_pb2, retention_service_pb2

from services.audit import cli
from services.audit.domain import merkle, tiles
from services.audit.keeping import Keeping
from services.chassis import errors
from services.chassis.jobs import Every
from services.chassis.rpc.status import from_wire
from tests.integration.audit.house import House
from tests.support.suite_keys import person
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

RETENTION = retention_service_pb2.DESCRIPTOR.services_by_name["RetentionService"]
TRAIL = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
State = retention_pb2.Detachment


class Office:
    """The officer, the admin and the jobs, over gRPC as the gateway asks."""

    def __init__(self, house: House, practice_id: str) -> None:
        self.house = house
        self.practice_id = practice_id
        self.jobs = Keeping(_parts(house))

    async def ask(self, method: str, request: Message, *, role: str = "compliance_officer", name: str = "") -> Any:
        """Call a method as somebody; a refusal is raised as the services raise it."""
        service = RETENTION if method in RETENTION.methods_by_name else TRAIL
        described = service.methods_by_name[method]
        actor = person(self.practice_id, [role])
        if name:
            actor = type(actor)(name, "user", self.practice_id, frozenset({role}))
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = str(uuid4())  # type: ignore[attr-defined]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.house.server.port}") as channel:
            call = channel.unary_unary(
                f"/{service.full_name}/{method}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=GetMessageClass(described.output_type).FromString,
            )
            try:
                return await call(request, metadata=self.house.keys.as_person(actor), timeout=20)
            except grpc.aio.AioRpcError as wire:
                raise from_wire(wire) from None

    async def request(self) -> Any:
        """Ask for a detachment."""
        return await self.ask("RequestDetachment", retention_service_pb2.RequestDetachmentRequest())

    async def approve(self, detachment_id: str, **who: str) -> Any:
        """Agree to it, as the admin."""
        request = retention_service_pb2.ApproveDetachmentRequest(detachment_id=detachment_id)
        return await self.ask("ApproveDetachment", request, **{"role": "practice_admin", **who})

    async def get(self, detachment_id: str) -> Any:
        """Look how far it is."""
        return await self.ask("GetDetachment", retention_service_pb2.GetDetachmentRequest(detachment_id=detachment_id))


def _parts(house: House) -> Any:
    [job] = [each for each in house.app.background if isinstance(each, Every) and each._name == "work_on_detachments"]
    return job._work.__self__._parts  # type: ignore[attr-defined]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder records are exported to."""
    folder = tmp_path / "archive"
    monkeypatch.setenv("KEPT_ARCHIVE", f"file:{folder}")
    return folder


@pytest.fixture
async def office(archive: Path, house: House, practice_id: str, client_id: str) -> Office:
    """A trail of 1,100 records, the first 700 eleven years old, every fiftieth about the client."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, client_id=client_id if at % 50 == 0 else "",
                                    occurred_at="2010-01-31T09:00:00.000000Z") for at in range(1_100)])  # fmt: skip
    house.forge("update records set record_time = now() - interval '11 years' where seq < 700")
    await house.servicer.sign_grown_trees()
    return Office(house, practice_id)


def archived(archive: Path, name: str) -> bytes:
    """An object of the one practice in the archive."""
    return next(archive.rglob(name)).read_bytes()


def roots(house: House) -> list[tuple[Any, ...]]:
    """Size and root of the tree."""
    return house.rows("select size, root from heads")


async def test_two_persons_detach_what_is_past_its_time_and_every_proof_still_holds(
    office: Office, archive: Path, practice_id: str, client_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """700 old records make two whole tiles of 256; roots, proofs and the check of the whole trail stay as they were."""
    house = office.house
    before = roots(house)
    begun = await office.request()
    assert (begun.state, begun.end_seq) == (State.STATE_EXPORTING, 512)

    await office.jobs.work_on_detachments()
    exported = await office.get(begun.detachment_id)
    assert (exported.state, exported.exported_count) == (State.STATE_EXPORTED, 512)
    assert house.rows("select count(*) from records") == [(1_100,)]

    await office.approve(begun.detachment_id)
    await office.jobs.work_on_detachments()
    done = await office.get(begun.detachment_id)
    assert (done.state, done.removed_count, done.held_count) == (State.STATE_DETACHED, 512, 0)
    assert house.rows("select count(*), min(seq) from records") == [(588, 512)]
    assert roots(house) == before

    assert await house.verify(practice_id) == cli.OK
    shown = capsys.readouterr().out
    assert "588 records hold" in shown
    assert "512 were archived and taken out" in shown
    assert await house.verify(practice_id, "--client", client_id) == cli.OK
    key = str(house.keys.folder / "checkpoint.pub")
    assert await asyncio.to_thread(cli.main, ["verify", "--key", key, "--archive", str(archive)]) == cli.OK
    assert "512 records" in capsys.readouterr().out

    await house.keep(Emitter("booking/later").several(300, practice_id))
    assert await house.verify(practice_id) == cli.OK
    with pytest.raises(errors.NotFound) as refused:
        await office.ask("GetRecord", audit_service_pb2.GetRecordRequest(seq=3))
    assert refused.value.reason == "RECORDS_DETACHED"
    with pytest.raises(errors.RuleViolated) as nothing:
        await office.request()
    assert nothing.value.reason == "NOTHING_TO_DETACH"


async def test_a_proof_of_a_detached_record_is_made_from_the_hashes_that_stay(office: Office, archive: Path) -> None:
    """By its bytes in the archive: an inclusion proof, and tiles that anybody's tools can read."""
    begun = await office.request()
    await office.jobs.work_on_detachments()
    await office.approve(begun.detachment_id)
    await office.jobs.work_on_detachments()

    record = tiles.read_bundle(archived(archive, "tile/entries/001"))[44]
    proof = await office.ask("GetInclusionProof", audit_service_pb2.GetInclusionProofRequest(seq=300, tree_size=1_100))
    [(_, root)] = roots(office.house)
    merkle.verify_inclusion(300, 1_100, merkle.leaf_hash(record), list(proof.hashes), bytes(root))
    tile = await office.ask("GetTile", audit_service_pb2.GetTileRequest(level=0, index=1))
    assert tile.hashes == archived(archive, "tile/0/001")
    with pytest.raises(errors.NotFound) as gone:
        await office.ask("GetEntries", audit_service_pb2.GetEntriesRequest(index=1))
    assert gone.value.reason == "RECORDS_DETACHED"
    kept = await office.ask("GetEntries", audit_service_pb2.GetEntriesRequest(index=3))
    assert [merkle.leaf_hash(each) for each in tiles.read_bundle(kept.bundle)] == tiles.split_hashes(
        (await office.ask("GetTile", audit_service_pb2.GetTileRequest(level=0, index=3))).hashes
    )


async def test_whoever_asked_does_not_agree_and_nothing_goes_before_it_is_archived(office: Office) -> None:
    """Not under another role either; and the officer has no right to agree at all."""
    begun = await office.request()

    with pytest.raises(errors.RuleViolated) as too_early:
        await office.approve(begun.detachment_id)
    await office.jobs.work_on_detachments()
    with pytest.raises(errors.Forbidden) as same:
        await office.approve(begun.detachment_id, name="user:compliance_officer")
    with pytest.raises(errors.Forbidden):
        await office.approve(begun.detachment_id, role="compliance_officer", name="user:second")
    await office.jobs.work_on_detachments()

    assert (too_early.value.reason, same.value.reason) == ("STATE_FORBIDS", "SAME_PERSON")
    assert office.house.rows("select count(*) from records") == [(1_100,)]


async def test_a_legal_hold_keeps_a_clients_records_and_a_practices_everything(
    office: Office, practice_id: str, client_id: str
) -> None:
    """Held records stay where they are, and are proven there; a hold on the practice stops what was agreed to."""
    hold = retention_service_pb2.SetLegalHoldRequest(
        client_id=client_id, reason=retention_pb2.LegalHold.REASON_LITIGATION, reference="24-CV-118"
    )
    await office.ask("SetLegalHold", hold)
    begun = await office.request()
    await office.jobs.work_on_detachments()
    await office.approve(begun.detachment_id)
    whole = await office.ask(
        "SetLegalHold",
        retention_service_pb2.SetLegalHoldRequest(reason=retention_pb2.LegalHold.REASON_REGULATOR),
    )
    await office.jobs.work_on_detachments()
    assert office.house.rows("select count(*) from records") == [(1_100,)]
    await office.ask("LiftLegalHold", retention_service_pb2.LiftLegalHoldRequest(hold_id=whole.hold_id))

    await office.jobs.work_on_detachments()

    done = await office.get(begun.detachment_id)
    assert (done.state, done.held_count) == (State.STATE_DETACHED, 11)
    kept = office.house.rows("select seq from records where seq < 512 order by seq")
    assert kept == [(seq,) for seq in range(0, 512, 50)]
    assert await office.house.verify(practice_id) == cli.OK
    listed = await office.ask("ListLegalHolds", retention_service_pb2.ListLegalHoldsRequest(only_open=True))
    assert [each.reference for each in listed.legal_holds] == ["24-CV-118"]
    with pytest.raises(errors.InvalidRequest):
        await office.ask(
            "SetLegalHold",
            retention_service_pb2.SetLegalHoldRequest(
                reason=retention_pb2.LegalHold.REASON_MINOR, reference="Ada Byron"
            ),
        )


async def test_no_practice_keeps_less_than_six_years_nor_detaches_what_is_younger(
    office: Office, practice_id: str
) -> None:
    """The default is ten; after twenty nothing is past its time any more."""
    assert (await office.ask("GetRetention", retention_service_pb2.GetRetentionRequest())).years == 10
    with pytest.raises(errors.InvalidRequest) as short:
        await office.ask("SetRetention", retention_service_pb2.SetRetentionRequest(years=5))
    begun = await office.request()
    with pytest.raises(errors.RuleViolated) as busy:
        await office.ask("SetRetention", retention_service_pb2.SetRetentionRequest(years=20))
    cancel = retention_service_pb2.CancelDetachmentRequest(detachment_id=begun.detachment_id)
    assert (await office.ask("CancelDetachment", cancel)).state == State.STATE_CANCELLED
    kept = await office.ask("SetRetention", retention_service_pb2.SetRetentionRequest(years=20))
    with pytest.raises(errors.RuleViolated) as nothing:
        await office.request()

    assert (short.value.reason, busy.value.reason) == ("RETENTION_TOO_SHORT", "DETACHMENT_OPEN")
    assert (kept.years, nothing.value.reason) == (20, "NOTHING_TO_DETACH")


async def test_an_archive_that_is_false_or_a_record_that_was_changed_stops_it(office: Office, archive: Path) -> None:
    """Nothing is removed of what does not lie in the archive as it is in the tree."""
    office.house.forge("update records set canonical = 'x' where seq = 300")
    begun = await office.request()

    await office.jobs.work_on_detachments()

    assert (await office.get(begun.detachment_id)).state == State.STATE_FAILED
    with pytest.raises(errors.RuleViolated):
        await office.approve(begun.detachment_id)


async def test_the_owner_removes_nothing_without_two_persons_word(office: Office, practice_id: str) -> None:
    """By SQL: no order, an order of one person, an order for what is too young."""
    house = office.house
    begun = await office.request()
    await office.jobs.work_on_detachments()

    def attempt(statement: str) -> str:
        with psycopg.connect(house.store.owner_url) as conn:
            conn.execute("select set_config('kept.practices', %s, true)", (practice_id,))
            try:
                conn.execute(statement.encode())
            except psycopg.Error as error:
                return type(error).__name__
        return "done"

    assert attempt("delete from records where seq = 3") == "InsufficientPrivilege"
    assert attempt("update detachments set state = 'DETACHING'") == "CheckViolation"
    assert (
        attempt("update detachments set state = 'DETACHING', approve_actor_id = request_actor_id") == "CheckViolation"
    )
    await office.approve(begun.detachment_id)
    assert attempt("delete from records where seq = 600") == "InsufficientPrivilege"
    assert attempt("delete from records where seq = 3") == "InsufficientPrivilege", "its hash is not kept yet"
    assert attempt("delete from leaf_tiles") in ("done", "InsufficientPrivilege")
    assert house.rows("select count(*) from records") == [(1_100,)]


async def test_taking_out_without_the_signed_statement_is_named_as_missing(
    office: Office, practice_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A superuser who keeps the hashes and says that 512 were detached has no key to sign it with."""
    house = office.house
    leaves = house.rows("select leaf_hash from records where seq < 512 order by seq")
    for index in range(2):
        packed = b"".join(bytes(leaf) for (leaf,) in leaves[index * 256 : index * 256 + 256])
        house.forge("insert into leaf_tiles values (%s, %s, %s)", practice_id, index, packed)
    house.forge("delete from records where seq < 512")
    house.forge("update heads set detached_seq = 512")

    assert await house.verify(practice_id) == cli.TAMPERED

    assert "FAILED      completeness at record 0: records 0 to 511 are missing" in capsys.readouterr().out


async def test_a_process_killed_between_steps_goes_on_where_it_stood(office: Office, archive: Path) -> None:
    """Each step commits for itself: another replica finishes it, and what was written twice is one."""
    begun = await office.request()
    parts = _parts(office.house)
    step = office.jobs._step(begun.detachment_id)

    class Killed(Exception):
        """The process dies before the commit."""

    async def dies(call: Any) -> None:
        await step(call)
        raise Killed

    await office.jobs._in_a_call(office.practice_id, "audit.WorkOnDetachment", dies)
    assert (await office.get(begun.detachment_id)).exported_count == 0
    other = Keeping(parts)
    await asyncio.gather(other.work_on_detachments(), office.jobs.work_on_detachments())
    assert (await office.get(begun.detachment_id)).state == State.STATE_EXPORTED
    await office.approve(begun.detachment_id)
    await office.jobs._in_a_call(office.practice_id, "audit.WorkOnDetachment", dies)
    assert office.house.rows("select count(*) from records") == [(1_100,)]
    await asyncio.gather(other.work_on_detachments(), office.jobs.work_on_detachments())

    assert office.house.rows("select count(*) from records") == [(588,)]


async def test_without_an_archive_nothing_is_detached(
    house: House, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The officer is told so."""
    with pytest.raises(errors.RuleViolated) as refused:
        await Office(house, practice_id).request()

    assert refused.value.reason == "ARCHIVE_MISSING"
