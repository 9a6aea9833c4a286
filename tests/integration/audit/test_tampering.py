"""Whoever owns the database can change the trail, but not without being named."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from services.audit import cli
from services.audit.domain import merkle
from tests.integration.audit.house import House
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

Out = pytest.CaptureFixture[str]


@pytest.fixture
async def trail(house: House, practice_id: str, client_id: str) -> House:
    """A trail of 600 records, every tenth about the client, signed."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, client_id=client_id if at % 10 == 0 else "") for at in range(600)])
    await house.servicer.sign_grown_trees()
    return house


async def test_an_honest_trail_holds_and_is_found_to_hold_again(
    trail: House, practice_id: str, tmp_path: Path, capsys: Out
) -> None:
    """The second time it is also proven that the tree only grew."""
    state = str(tmp_path / "state")

    first = await trail.verify(practice_id, "--state", state)
    await trail.keep(Emitter("booking/second").several(20, practice_id))
    second = await trail.verify(practice_id, "--state", state)

    assert (first, second) == (cli.OK, cli.OK)
    shown = capsys.readouterr().out
    assert "600 records hold" in shown
    assert "620 records hold" in shown
    assert "still holds the 600 records" in shown
    assert "none is missing" in shown


async def test_the_records_of_a_client_are_proven_each(
    trail: House, practice_id: str, client_id: str, capsys: Out
) -> None:
    """And it is said that a filter can't prove completeness."""
    assert await trail.verify(practice_id, "--client", client_id) == cli.OK
    shown = capsys.readouterr().out
    assert "60 records hold" in shown
    assert "leave out the filters" in shown


FORGERIES = {
    "one byte": (
        "update records set canonical = set_byte(canonical, 20, get_byte(canonical, 20) # 1) where seq = 300",
        "leaf-hash at record 300",
    ),
    "a byte that is no text": ("update records set canonical = set_byte(canonical, 20, 255) where seq = 300", "300"),
    "a deleted row": ("delete from records where seq = 300", "completeness at record 300: record 300 is missing"),
    "a cut tail": (
        "delete from records where seq >= 590",
        "completeness at record 590: records 590 to 599 are missing",
    ),
    "only the client": ("update records set client_id = null where seq = 300", "columns at record 300"),
    "only the actor": ("update records set actor_id = 'user:else' where seq = 300", "columns at record 300"),
    "only the operation": ("update records set operation = 'booking.Else' where seq = 300", "columns at record 300"),
    "only the outcome": ("update records set stage = 'denied' where seq = 300", "columns at record 300"),
    "only the time": (
        "update records set occur_time = occur_time - interval '1 day' where seq = 300",
        "columns at record 300",
    ),
    "only the hash": ("update records set leaf_hash = sha256('x') where seq = 300", "leaf-hash at record 300"),
    "two swapped rows": (
        "update records set seq = case seq when 300 then -1 else 300 end where seq in (300, 310);"
        " update records set seq = 310 where seq = -1",
        "inclusion at record 256: a record from 256 to 511",
    ),
    "bytes and hash together": (
        "update records set operation = 'booking.Else', "
        " canonical = replace(encode(canonical, 'escape'), 'GetAppointment', 'Else')::bytea,"
        " leaf_hash = sha256(decode('00', 'hex') ||"
        " replace(encode(canonical, 'escape'), 'GetAppointment', 'Else')::bytea) where seq = 300",
        "inclusion at record 256: a record from 256 to 511",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_named_with_its_check_and_place(
    trail: House, practice_id: str, capsys: Out, name: str
) -> None:
    """As superuser, with the triggers switched off."""
    statement, named = FORGERIES[name]
    for each in statement.split("; "):
        trail.forge(each)

    code = await trail.verify(practice_id)

    assert code == cli.TAMPERED
    shown = capsys.readouterr().out
    assert named in shown
    assert "TAMPERED" in shown


@pytest.mark.parametrize("name", ["one byte", "only the actor", "bytes and hash together"])
async def test_a_forgery_is_found_among_the_records_of_a_client_too(
    trail: House, practice_id: str, client_id: str, capsys: Out, name: str
) -> None:
    """Record 300 is about the client."""
    trail.forge(FORGERIES[name][0])

    code = await trail.verify(practice_id, "--client", client_id)

    assert code == cli.TAMPERED
    assert "at record 300" in capsys.readouterr().out


async def test_a_proof_over_a_deleted_record_names_the_gap(
    trail: House, practice_id: str, client_id: str, capsys: Out
) -> None:
    """The deleted neighbour of a client's record is in that record's proof."""
    trail.forge("delete from records where seq = 301")

    code = await trail.verify(practice_id, "--client", client_id)

    assert code == cli.TAMPERED
    shown = capsys.readouterr().out
    assert "inclusion at record 300" in shown
    assert "seq=301" in shown


async def test_a_tree_that_was_rewritten_from_the_bottom_is_not_signed_again(
    trail: House, practice_id: str, capsys: Out
) -> None:
    """Records, nodes and head agree with each other, but not with what was signed outside of the database."""
    trail.forge("update records set canonical = 'x', leaf_hash = sha256(decode('00', 'hex') || 'x') where seq = 5")
    rows = trail.rows("select leaf_hash from records where practice_id = %s order by seq", practice_id)
    frontier = merkle.Frontier(0, [])
    for (level, index), digest in frontier.append(bytes(leaf) for (leaf,) in rows):
        if level == 8:
            trail.forge("update nodes set hash = %s where level = 8 and index = %s", digest, index)
    trail.forge("update heads set root = %s, frontier = %s", frontier.root(), b"".join(frontier.hashes))
    trail.forge("delete from checkpoints")

    code = await trail.verify(practice_id)

    assert code == cli.TAMPERED
    assert "FAILED      checkpoint" in capsys.readouterr().out


async def test_a_database_that_was_rolled_back_to_a_backup_is_not_signed(trail: House, practice_id: str) -> None:
    """Yesterday's rows with today's new records on top: the checkpoint files remember more."""
    trail.forge("delete from records where seq >= 300")
    frontier = merkle.Frontier(0, [])
    rows = trail.rows("select leaf_hash from records where practice_id = %s order by seq", practice_id)
    frontier.append(bytes(leaf) for (leaf,) in rows)
    trail.forge("delete from nodes where index >= 1")
    trail.forge("delete from checkpoints")
    trail.forge(
        "update heads set size = 300, root = %s, frontier = %s, signed_size = 0",
        frontier.root(),
        b"".join(frontier.hashes),
    )

    shrunk = await trail.verify(practice_id)
    await trail.keep(Emitter("booking/new").several(400, practice_id))
    forked = await trail.verify(practice_id)
    await trail.servicer.sign_grown_trees()

    assert (shrunk, forked) == (cli.TAMPERED, cli.TAMPERED)
    assert trail.rows("select * from checkpoints") == []


@pytest.mark.parametrize("is_row_left", [True, False])
async def test_a_tree_that_was_emptied_is_no_new_tree(
    trail: House, practice_id: str, capsys: Out, is_row_left: bool
) -> None:
    """Size 0 under a checkpoint of 600 records is a loss, not a practice without records."""
    for table in ("records", "nodes", "checkpoints"):
        trail.forge(f"delete from {table}")
    if is_row_left:
        trail.forge("update heads set size = 0, root = %s, frontier = '', signed_size = 0", merkle.EMPTY_ROOT)
    else:
        trail.forge("delete from heads")

    assert await trail.verify(practice_id) == cli.TAMPERED
    assert "FAILED      checkpoint" in capsys.readouterr().out


async def test_an_officer_who_kept_a_checkpoint_finds_a_rewritten_tree_by_it(
    trail: House, practice_id: str, tmp_path: Path, capsys: Out
) -> None:
    """Even when the files beside the service are gone, too."""
    state = tmp_path / "state"
    assert await trail.verify(practice_id, "--state", str(state)) == cli.OK
    for path in (trail.keys.folder.parent / "checkpoints").glob("*.checkpoint"):
        path.unlink()
    trail.forge("delete from checkpoints")
    trail.forge("delete from nodes")
    trail.forge("delete from records")
    trail.forge("delete from heads")
    await trail.keep(Emitter("booking/forged").several(700, practice_id))

    code = await trail.verify(practice_id, "--state", str(state))

    assert code == cli.TAMPERED
    assert "FAILED      consistency at record 600" in capsys.readouterr().out


async def test_a_checkpoint_of_another_key_or_tree_is_refused(
    trail: House, practice_id: str, tmp_path: Path, capsys: Out
) -> None:
    """The officer trusts the pinned key and the practice's own origin only."""
    other = tmp_path / "other.pub"
    other.write_bytes((trail.keys.folder / "trusted" / "booking.pub").read_bytes())

    strange_key = await trail.command(trail.officer(practice_id), "verify", "--key", str(other))
    strange_tree = await trail.verify(practice_id, "--practice", str(uuid4()))

    assert (strange_key, strange_tree) == (cli.TAMPERED, cli.TAMPERED)
    assert "FAILED      checkpoint" in capsys.readouterr().out


TABLES = ("records", "nodes", "checkpoints", "equivocations", "unreadable_records")


@pytest.mark.parametrize("table", TABLES)
async def test_neither_the_service_nor_the_owner_changes_what_is_written(
    trail: House, practice_id: str, table: str
) -> None:
    """Grants refuse the service, triggers refuse the owner."""
    if table in ("equivocations", "unreadable_records"):
        await trail.keep(["unreadable", Emitter().write(practice_id, op="booking.Other")])
    for url in (trail.store.server_url, trail.store.owner_url):
        for statement in (
            f"update {table} set practice_id = practice_id",
            f"delete from {table}",
            f"truncate {table}",
        ):
            with psycopg.connect(url) as conn:
                conn.execute("select set_config('kept.practices', %s, true)", (practice_id,))
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(statement)


async def test_the_worker_reaches_no_record(trail: House) -> None:
    """It carries messages and has no business with the trail."""
    for table in (*TABLES, "heads"):
        with psycopg.connect(trail.store.worker_url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"select * from {table}")
