"""Measures the trail: taking in, asking, proving, checking, and what a record weighs."""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence

import orjson
import psycopg

from services.audit.adapters.postgres import PostgresTrail
from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint, origin_of
from services.audit.domain.verification import Claimed, WholeTree
from services.audit.usecases.append_records import append_records
from services.audit.usecases.ports import Question
from services.audit.usecases.prove import prove_inclusion
from services.chassis.context import Actor, Call
from services.chassis.db.pool import Database
from tests.bench import figures
from tests.support.postgres import private_postgres

BATCH = 5_000
"""Records of one transaction: ten messages of 500, as the server takes them in."""

CLIENTS = 2_000
ASKED = 200
VERIFIED = 50_000
TEN_MILLION = 10_000_000

Note = Callable[[str, float, str], None]


def batches(practice_id: str, count: int) -> Iterator[list[str]]:
    """Write records as the chassis does, of six emitters in turn."""
    clients = [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in range(CLIENTS)]
    heads = {f"booking/bench-{number}": (0, "0" * 64) for number in range(6)}
    for first in range(0, count, BATCH):
        emitter = f"booking/bench-{first // BATCH % 6}"
        seq, head = heads[emitter]
        texts = []
        for at in range(first, min(first + BATCH, count)):
            seq += 1
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_893_456_000 + at))
            raw = orjson.dumps(
                {
                    "v": 1, "event_id": str(uuid.uuid4()), "tenant": practice_id,
                    "salt": base64.b64encode(os.urandom(16)).decode(), "occurred_at": f"{moment}.000000Z",
                    "stage": "complete", "action": "R", "op": "booking.GetAppointment", "outcome": "0",
                    "reason_code": "",
                    "actor": {"id": f"user:{at % 50}", "kind": "user", "role": "front_desk", "session": "s",
                              "strength": "pwd", "relation": "none", "via": "gateway"},
                    "client_id": clients[at * 7919 % CLIENTS],
                    "object": {"class": "schedule", "id": str(uuid.uuid4())}, "purpose": "TREAT",
                    "decision": {"effect": "permit", "policies": ["front-desk-runs-the-schedule"]},
                    "request_id": "", "cause": "", "trace": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
                    "emitter": emitter, "emitter_seq": seq, "prev": head,
                },
                option=orjson.OPT_SORT_KEYS,
            )  # fmt: skip
            head = hashlib.sha256(raw).hexdigest()
            texts.append(raw.decode())
        heads[emitter] = (seq, head)
        yield texts


async def measure(owner_url: str, server_url: str, count: int, note: Note) -> None:
    """Fill a practice of its own with *count* records and measure; the figure's name says when it was 10 million."""
    practice_id = str(uuid.uuid4())
    trail = PostgresTrail()
    database = await Database.connect(server_url, emitter="audit/bench")

    def call() -> Call:
        return Call(actor=Actor("user:bench", "user", practice_id), method="audit.Bench", database=database)

    spent = 0.0
    leaves: list[str] = []
    for texts in batches(practice_id, count):
        started = time.perf_counter()
        taking = call()
        await append_records(texts, taking, trail=trail)
        await taking.close()
        spent += time.perf_counter() - started
        if len(leaves) < VERIFIED:
            leaves += texts[: VERIFIED - len(leaves)]
    note("audit_ingest_per_s", count / spent, "1/s")
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("vacuum analyze records")
        row = owner.execute("select pg_total_relation_size('records'), (select count(*) from records)").fetchone()
    assert row is not None, "a size is a row"
    note("audit_bytes_per_record", row[0] / row[1], "bytes")

    clients = [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in range(CLIENTS)]
    waits = []
    for number in range(ASKED):
        asking = call()
        started = time.perf_counter()
        await trail.query(asking, Question(client_id=clients[number * 37 % CLIENTS], limit=101))
        waits.append(time.perf_counter() - started)
        await asking.close()
    name = "audit_who_saw_10m_p95_ms" if count >= TEN_MILLION else "audit_who_saw_p95_ms"
    note(name, sorted(waits)[ASKED * 95 // 100] * 1000, "ms")
    waits = []
    for number in range(ASKED):
        proving = call()
        started = time.perf_counter()
        await prove_inclusion(number * 7919 % count, count, _decided(proving), trail=trail)
        waits.append(time.perf_counter() - started)
        await proving.close()
    note("audit_inclusion_proof_ms", sorted(waits)[ASKED // 2] * 1000, "ms")
    await database.close()
    note("audit_verify_per_s", _verify(practice_id, leaves), "1/s")


def _decided(call: Call) -> Call:
    call.is_authorized = True
    return call


def _verify(practice_id: str, texts: Sequence[str]) -> float:
    """Check every record of a tree as `kept-audit verify` does; returns records a second."""
    hashes = [merkle.leaf_hash(text.encode()) for text in texts]
    frontier = merkle.Frontier(0, [])
    frontier.append(hashes)
    claimed = []
    for seq, text in enumerate(texts):
        content = orjson.loads(text)
        columns = {
            "client_id": content["client_id"],
            "actor_id": content["actor"]["id"],
            "operation": content["op"],
            "stage": content["stage"],
            "occur_time": content["occurred_at"],
        }
        claimed.append(Claimed(seq, text, hashes[seq], columns))
    tree = WholeTree(Checkpoint(origin_of(practice_id), len(texts), frontier.root()))
    started = time.perf_counter()
    findings = [finding for each in reversed(claimed) for finding in tree.add(each)] + tree.end()
    spent = time.perf_counter() - started
    if findings:
        raise RuntimeError(f"an honest trail was found false: {findings[0]}")
    return len(texts) / spent


def main(arguments: Sequence[str]) -> int:
    """Measure on a private PostgreSQL, and write `.local/bench.json`: `python -m tests.bench.audit --records N`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000, help="records in the trail")
    options = parser.parse_args(arguments)
    found: dict[str, tuple[list[float], str]] = {}

    def note(name: str, value: float, unit: str) -> None:
        found.setdefault(name, ([], unit))[0].append(value)
        print(f"    {name:<28} {value:>10.2f} {unit}", flush=True)

    with private_postgres() as server:
        store = server.fresh_database("audit")
        asyncio.run(measure(store.owner_url, store.server_url, options.records, note))
    figures.merge(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
