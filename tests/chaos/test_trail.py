"""The trail is killed and cut off under load: what was acknowledged is in it once, and every forgery after is named."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest
from kept.booking.v1 import booking_pb2

from deploy.local.suite import Suite
from services.audit import cli
from services.audit.domain import merkle
from tests.bench.practice import Practice
from tests.chaos.callers import Tally, book_all, scalar
from tests.chaos.test_crashes import report, until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3000)]

OUTAGE_S = float(os.environ.get("KEPT_TRAIL_OUTAGE_S", "6"))
"""How long broker and trail are away; by hand 600: `KEPT_TRAIL_OUTAGE_S=600 make test-chaos`."""

WAVE = 40

Nemesis = Callable[[Suite], Awaitable[None]]


async def kill_server(suite: Suite) -> None:
    """Kill (-9) the process that hashes and signs."""
    await asyncio.to_thread(suite.kill9, "audit-server")


async def kill_worker(suite: Suite) -> None:
    """Kill (-9) the process that carries records in."""
    await asyncio.to_thread(suite.kill9, "audit-worker")


async def kill_postgres(suite: Suite) -> None:
    """Kill (-9) the database of all services, and start it again."""
    await asyncio.to_thread(suite.stack.stop_server, "postgres", is_hard=True)
    await asyncio.to_thread(suite.stack.start_server, "postgres")


async def kill_broker(suite: Suite) -> None:
    """Kill (-9) the broker, and start it again."""
    await asyncio.to_thread(suite.stack.stop_server, "broker", is_hard=True)
    await asyncio.to_thread(suite.stack.start_server, "broker")


async def under_load(suite: Suite, practice: Practice, waves: list[Nemesis | None]) -> Tally:
    """Book wave after wave, each while its nemesis is at work; every call is retried under its request id."""
    whole = Tally()
    for nemesis in waves:
        booking = asyncio.create_task(book_all(suite, practice, list(practice.bookings(WAVE))))
        if nemesis is not None:
            await asyncio.sleep(0.05)
            await nemesis(suite)
        tally = await booking
        whole.booked += tally.booked
        whole.refused += tally.refused
    return whole


async def verify(suite: Suite, practice: Practice, *more: str) -> int:
    """Let the practice's officer check the whole trail, asking the service itself."""
    token = practice.signer.sign(practice.actor("compliance_officer"))
    key = str(suite.root.keys / "audit" / "checkpoint.pub")
    arguments = ["--grpc", suite.address("audit-server"), "--token", token, "verify", "--key", key, *more]
    return await asyncio.to_thread(cli.main, arguments)


def forge(suite: Suite, *statements: str) -> None:
    """Change rows as a superuser who has switched the triggers off."""
    with psycopg.connect(suite.stack.admin_url("kept_audit")) as conn:
        conn.execute("set session_replication_role = replica")
        for statement in statements:
            conn.execute(statement.encode())


async def test_everything_goes_on_without_broker_and_trail_and_the_trail_is_whole_afterwards(
    breakable: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are away under load: no booking is refused or lost, and no record either."""
    practice = Practice(breakable)
    await practice.settle_in()
    breakable.stack.stop_server("broker")
    for name in ("audit-server", "audit-worker"):
        breakable.kill9(name, stay_down=True)
    away_since = time.monotonic()
    whole = Tally()
    try:
        while time.monotonic() < away_since + OUTAGE_S or not whole.booked:
            tally = await book_all(breakable, practice, list(practice.bookings(WAVE)))
            whole.booked += tally.booked
            whole.refused += tally.refused
        waiting = scalar(breakable, "booking", "select count(*) from audit_outbox")
    finally:
        breakable.stack.start_server("broker")
        for name in ("audit-server", "audit-worker"):
            breakable.start_process(name)
        breakable.wait_ready("audit-server", "audit-worker")

    assert whole.refused == []
    assert waiting >= len(whole.booked)
    assert {each.state for each in whole.booked} == {booking_pb2.Appointment.STATE_BOOKED}
    report(breakable, practice, whole, len(whole.booked))
    await settled(breakable)
    assert await verify(breakable, practice) == cli.OK
    print(f"\nbroker and trail away {OUTAGE_S:.0f} s, acknowledged {len(whole.booked)}, records waited {waiting}")
    print(capsys.readouterr().out)


async def test_the_trail_survives_every_kill_and_names_every_forgery_after(
    breakable: Suite, practice: Practice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Server, worker, PostgreSQL and broker are killed (-9) under load; then the same trail is tampered with.

    Danger: the last test of all that share the suite: it leaves a trail that was rolled back.
    """
    tally = await under_load(breakable, practice, [None, kill_server, kill_worker, kill_postgres, kill_broker, None])
    breakable.wait_ready("audit-server", "audit-worker")
    report(breakable, practice, tally, 6 * WAVE)
    await settled(breakable)
    state = tmp_path / "state"
    assert await verify(breakable, practice, "--state", str(state)) == cli.OK
    print(capsys.readouterr().out)

    # What the checks themselves are recorded as waits: a forged head would refuse it.
    breakable.stop_process("audit-worker")
    for name, (do, undo, named) in forgeries(practice.practice_id).items():
        forge(breakable, *do)
        code = await verify(breakable, practice)
        shown = capsys.readouterr().out
        forge(breakable, *undo)
        assert (code, named in shown) == (cli.TAMPERED, True), f"{name}: {shown}"
    assert await verify(breakable, practice) == cli.OK
    other_key = tmp_path / "other.pub"
    other_key.write_bytes((breakable.root.keys / "audit" / "trusted" / "gateway.pub").read_bytes())
    assert await verify(breakable, practice, "--key", str(other_key)) == cli.TAMPERED
    assert "FAILED      checkpoint" in capsys.readouterr().out

    breakable.start_process("audit-worker")
    breakable.wait_ready("audit-worker")
    roll_back(breakable, practice.practice_id)
    await under_load(breakable, practice, [None])
    assert await verify(breakable, practice, "--state", str(state)) == cli.TAMPERED
    assert "FAILED      checkpoint" in capsys.readouterr().out


def forgeries(practice_id: str) -> dict[str, tuple[list[str], list[str], str]]:
    """What a superuser does to the practice's records, how it is undone, and how it is named."""
    ours = f"practice_id = '{practice_id}'"
    flip = (
        f"update records set canonical = set_byte(canonical, 20, get_byte(canonical, 20) # 1) where {ours} and seq = 30"
    )
    keep = [f"create table kept_aside as select * from records where {ours} and seq {{}}"]
    back = ["insert into records select * from kept_aside", "drop table kept_aside"]
    swap = [
        f"update records set seq = -1 where {ours} and seq = 30",
        f"update records set seq = 30 where {ours} and seq = 40",
        f"update records set seq = 40 where {ours} and seq = -1",
    ]
    head = f"create table kept_aside as select * from heads where {ours}"
    empty = (
        f"update heads set size = 0, root = '\\x{merkle.EMPTY_ROOT.hex()}', frontier = '', signed_size = 0 where {ours}"
    )
    return {
        "edit": ([flip], [flip], "leaf-hash at record 30"),
        "delete": (
            [keep[0].format("= 30"), f"delete from records where {ours} and seq = 30"],
            back,
            "completeness at record 30: record 30 is missing",
        ),
        "swap": (swap, swap, "inclusion at record 0: a record from 0 to"),
        "truncate": (
            [keep[0].format(">= 100"), f"delete from records where {ours} and seq >= 100"],
            back,
            "completeness at record 100",
        ),
        "index column": (
            [keep[0].format("= 30"), f"update records set actor_id = 'user:else' where {ours} and seq = 30"],
            [f"delete from records where {ours} and seq = 30", *back],
            "columns at record 30: the column actor_id",
        ),
        "size 0": (
            [head, empty],
            [f"delete from heads where {ours}", "insert into heads select * from kept_aside", "drop table kept_aside"],
            "FAILED      checkpoint",
        ),
    }


def roll_back(suite: Suite, practice_id: str) -> None:
    """Make the database what it was 100 records ago, as a restored backup is: consistent in itself."""
    ours = f"practice_id = '{practice_id}'"
    with psycopg.connect(suite.stack.database_url("audit", "owner")) as conn:
        query = f"select leaf_hash from records where {ours} and seq < 100 order by seq"
        leaves = [bytes(leaf) for (leaf,) in conn.execute(query.encode()).fetchall()]
    frontier = merkle.Frontier(0, [])
    frontier.append(leaves)
    forge(
        suite,
        f"delete from records where {ours} and seq >= 100",
        f"delete from nodes where {ours}",
        f"delete from checkpoints where {ours}",
        f"update heads set size = 100, signed_size = 0, root = '\\x{frontier.root().hex()}',"
        f" frontier = '\\x{b''.join(frontier.hashes).hex()}' where {ours}",
    )


async def settled(suite: Suite) -> None:
    """Wait until no record is on its way any more."""

    def waiting() -> int:
        left = sum(scalar(suite, each, "select count(*) from audit_outbox") for each in ("booking", "availability"))
        return left + scalar(suite, "audit", "select count(*) from inbox where state = 'pending'")

    assert await asyncio.to_thread(until, lambda: waiting() == 0)
