"""Archives keep what they are given, once and for good; witnesses remember checkpoints a superuser can't rewrite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.audit import cli
from services.audit.adapters.archive_files import FileArchive
from services.audit.adapters.archive_s3 import Credentials, S3Archive
from services.audit.adapters.archives import read_archive, read_witnesses
from services.audit.keeping import Keeping
from services.audit.usecases.retention_ports import Archive, ArchiveRefused
from services.audit.usecases.sign_checkpoint import sign_checkpoint
from services.chassis import errors
from services.chassis.config import Misconfigured
from services.chassis.context import Actor, Call
from tests.integration.audit.house import House
from tests.support import bucket as double
from tests.support.bucket import Bucket
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

UNTIL = datetime(2056, 1, 1, tzinfo=UTC)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A bucket that locks."""
    made = Bucket()
    yield made
    made.close()


def s3(bucket: Bucket, *, secret: str = double.SECRET) -> S3Archive:
    """An archive in the bucket."""
    credentials = Credentials(double.KEY_ID, secret)
    return S3Archive(bucket.endpoint, "trail", "eu/kept", region=double.REGION, credentials=credentials)


@pytest.fixture(params=["file", "s3"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> AsyncIterator[Archive]:
    """Each archive in turn."""
    if request.param == "file":
        yield FileArchive(tmp_path / "archive")
        return
    made = s3(bucket)
    yield made
    await made.close()


async def test_what_was_put_is_there_and_is_never_another(archive: Archive) -> None:
    """The same again changes nothing; other bytes under its name are refused and it stays."""
    name = "practice/tile/entries/x001/234"

    assert await archive.get(name) is None
    await archive.put(name, b"\x00records", retain_until=UNTIL)
    await archive.put(name, b"\x00records", retain_until=UNTIL)
    with pytest.raises(ArchiveRefused, match="another"):
        await archive.put(name, b"forged", retain_until=UNTIL)

    assert await archive.get(name) == b"\x00records"


async def test_an_object_is_locked_until_its_time(bucket: Bucket) -> None:
    """In COMPLIANCE mode: the store's own root deletes nothing before."""
    archive = s3(bucket)
    await archive.put("practice/checkpoints/1", b"note", retain_until=UNTIL)

    [stored] = bucket.objects["eu/kept/practice/checkpoints/1"]
    assert (stored.mode, stored.retain_until) == ("COMPLIANCE", "2056-01-01T00:00:00Z")
    assert (await archive._send("DELETE", "practice/checkpoints/1", b"", {})).status_code == 403
    assert bucket.refused == []
    await archive.close()


async def test_a_store_that_passes_locks_over_is_no_archive(bucket: Bucket) -> None:
    """It is asked afterwards: what it does not lock could be gone tomorrow."""
    bucket.knows_locks = False
    archive = s3(bucket)

    with pytest.raises(ArchiveRefused, match="lock"):
        await archive.put("x", b"note", retain_until=UNTIL)
    await archive.close()


async def test_a_store_that_is_down_or_refuses_is_told_as_unavailable(bucket: Bucket, tmp_path: Path) -> None:
    """By its code, never with what was sent; the work goes on later."""
    strange, down = s3(bucket, secret="false"), s3(bucket)
    gone = S3Archive("http://127.0.0.1:9", "b", "", region="r", credentials=Credentials("a", "b"))
    (tmp_path / "file").write_text("")
    await_in = {"403": strange, "": gone}
    for code, each in await_in.items():
        with pytest.raises(errors.Unavailable) as refused:
            await each.put("x", b"note", retain_until=UNTIL)
        assert refused.value.metadata.get("code", "") == code
    bucket.is_down = True
    with pytest.raises(errors.Unavailable):
        await down.get("x")
    with pytest.raises(errors.Unavailable):
        await FileArchive(tmp_path / "file").put("x", b"note", retain_until=UNTIL)
    assert bucket.refused == ["SignatureDoesNotMatch"]
    for closing in (strange, down, gone):
        await closing.close()


def test_places_are_read_from_the_environment(tmp_path: Path) -> None:
    """What can't be one stops the start with a clear word."""
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    one = read_archive({"KEPT_ARCHIVE": f"file:{tmp_path}"})
    two = read_witnesses({"KEPT_WITNESSES": f"file:{tmp_path}/a, s3://bucket/kept?region=eu-west-1", **keys})

    assert read_archive({}) is None
    assert one is not None
    assert [one.place, *(each.place for each in two)] == [f"file:{tmp_path}", f"file:{tmp_path}/a", "s3://bucket/kept/"]
    for wrong in ("ftp://x", "file:relative", "s3://bucket?region=x", "s3://"):
        with pytest.raises(Misconfigured):
            read_archive({"KEPT_ARCHIVE": wrong})


@pytest.fixture
def witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another place for checkpoints."""
    folder = tmp_path / "witness"
    monkeypatch.setenv("KEPT_WITNESSES", f"file:{folder}")
    return folder


def copies(folder: Path) -> list[Path]:
    """The copies a witness has, oldest first."""
    return sorted(path for path in folder.rglob("checkpoints/*") if path.suffix != ".retain")


async def test_a_rewritten_trail_is_found_by_the_copy_a_witness_has(
    witness: Path, house: House, practice_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though a superuser has rewritten rows, head and the files beside the service: the copy is an officer's state."""
    keeping = Keeping(house.servicer._parts)
    await house.keep(Emitter().several(40, practice_id))
    await house.servicer.sign_grown_trees()
    await keeping.copy_checkpoints()
    await keeping.copy_checkpoints()
    [copy] = copies(witness)
    assert await house.verify(practice_id, "--state", str(copy_of(copy))) == cli.OK

    for table in ("records", "checkpoints", "heads"):
        house.forge(f"delete from {table}")
    forget_state(house)
    await house.keep(Emitter("booking/forged").several(60, practice_id))

    assert await house.verify(practice_id, "--state", str(copy)) == cli.TAMPERED
    assert "FAILED      consistency at record 40" in capsys.readouterr().out


def copy_of(path: Path) -> Path:
    """A copy the command may write its newer state into."""
    made = path.with_name("state")
    made.write_bytes(path.read_bytes())
    return made


def forget_state(house: House) -> None:
    """Remove the files beside the service."""
    for path in (house.keys.folder.parent / "checkpoints").glob("*.checkpoint"):
        path.unlink()


async def test_a_fork_of_one_size_is_refused_by_the_witness(witness: Path, house: House, practice_id: str) -> None:
    """Another tree of the same size does not take the place of the one it knows; it is never counted as copied."""
    keeping = Keeping(house.servicer._parts)
    await house.keep(Emitter().several(40, practice_id))
    await house.servicer.sign_grown_trees()
    await keeping.copy_checkpoints()
    [copy] = copies(witness)
    honest = copy.read_text()
    for table in ("records", "checkpoints", "heads"):
        house.forge(f"delete from {table}")
    forget_state(house)
    await house.keep(Emitter("booking/forged").several(40, practice_id))
    await house.servicer.sign_grown_trees()

    await keeping.copy_checkpoints()

    assert copy.read_text() == honest
    assert house.rows("select signed_size, copied_size from heads") == [(40, 0)]


async def test_a_witness_that_is_away_holds_up_nothing_and_gets_the_next_copy(
    house: House, practice_id: str, bucket: Bucket
) -> None:
    """Signing goes on; the latest checkpoint is copied once it is back."""
    archive = s3(bucket)
    parts = house.servicer._parts
    object.__setattr__(parts, "witnesses", [archive])
    keeping = Keeping(parts)
    bucket.is_down = True
    for count in (10, 20):
        await house.keep(Emitter(f"booking/{count}").several(count, practice_id))
        await house.servicer.sign_grown_trees()
        await keeping.copy_checkpoints()
    assert house.rows("select signed_size, copied_size from heads") == [(30, 0)]
    bucket.is_down = False

    await keeping.copy_checkpoints()

    assert house.rows("select signed_size, copied_size from heads") == [(30, 30)]
    assert list(bucket.objects) == [f"eu/kept/{practice_id}/checkpoints/{30:020}"]
    await archive.close()


async def test_signers_that_race_for_one_checkpoint_leave_one_view(house: House, practice_id: str) -> None:
    """Eight at once while records come in: each signs what the others signed before, or learns that it was too late."""
    parts = house.servicer._parts
    signed: list[tuple[int, str]] = []
    lost: list[str] = []

    async def sign() -> None:
        call = Call(
            actor=Actor("system:audit", "system", practice_id), method="audit.Sign", database=house.app.database
        )
        try:
            head, note = await sign_checkpoint(call, trail=parts.trail, witness=parts.witness, signer=parts.signer)
            await call.close()
            signed.append((head.size, note))
        except errors.ServiceError as error:
            await call.close(error)
            lost.append(error.reason)

    for round_number in range(6):
        await house.keep(Emitter(f"booking/{round_number}").several(7, practice_id))
        await asyncio.gather(*(sign() for _ in range(8)))

    notes: dict[int, set[str]] = {}
    for size, note in signed:
        notes.setdefault(size, set()).add(note)
    assert sorted(notes) == [7, 14, 21, 28, 35, 42]
    assert all(len(views) == 1 for views in notes.values()), "two views of one size are a fork"
    assert set(lost) <= {"STALE_VERSION", "DEPENDENCY_DOWN"}
    assert parts.witness.last(practice_id) in notes[42]


async def test_the_one_that_is_late_does_not_replace_a_checkpoint(house: House, practice_id: str) -> None:
    """The files compare with what stood there when the signer began."""
    witness = house.servicer._parts.witness

    assert witness.replace(practice_id, "", "first")
    assert not witness.replace(practice_id, "", "second")
    assert witness.last(practice_id) == "first"
