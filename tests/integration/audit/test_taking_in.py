"""Records come in once, in order, whatever the bus does; none is dropped."""

from __future__ import annotations

import asyncio
import json
import random
from uuid import uuid4

import pytest

from services.audit.adapters.postgres import PostgresTrail
from services.audit.domain import merkle
from services.audit.domain.records import parse_record
from services.chassis.context import Actor, Call
from services.chassis.db.pool import Database
from tests.integration.audit.house import House
from tests.unit.audit.emitter import Emitter, canonical

pytestmark = pytest.mark.integration


def stored(house: House, practice_id: str) -> list[str]:
    """The texts of a practice's records in tree order; the numbers must be dense."""
    rows = house.rows("select seq, canonical from records where practice_id = %s order by seq", practice_id)
    assert [seq for seq, _ in rows] == list(range(len(rows)))
    return [bytes(text).decode() for _, text in rows]


def root_of(house: House, practice_id: str) -> bytes:
    """The root in the head row."""
    [(root,)] = house.rows("select root from heads where practice_id = %s", practice_id)
    return bytes(root)


def root_over(texts: list[str]) -> bytes:
    """The root these records must have."""
    frontier = merkle.Frontier(0, [])
    frontier.append(merkle.leaf_hash(text.encode()) for text in texts)
    return frontier.root()


async def test_records_delivered_twice_and_out_of_order_are_each_kept_once(house: House, practice_id: str) -> None:
    """At-least-once delivery has exactly-once effect, and a late batch is not passed over."""
    records = Emitter().several(600, practice_id)
    batches = [records[at : at + 50] for at in range(0, 600, 50)]
    shuffled = [*batches, *batches]
    random.Random(7).shuffle(shuffled)

    for batch in shuffled:
        house.deliver(batch, version=json.loads(batch[-1])["emitter_seq"])
    await house.take_in()

    kept = stored(house, practice_id)
    assert sorted(kept) == sorted(records)
    assert root_of(house, practice_id) == root_over(kept)


async def test_a_batch_that_comes_after_a_later_one_is_taken_in(house: House, practice_id: str) -> None:
    """Its records are in no other message."""
    emitter = Emitter()
    early, late = emitter.several(3, practice_id), emitter.several(3, practice_id)

    house.deliver(late, version=6)
    await house.take_in()
    house.deliver(early, version=3)
    await house.take_in()

    assert stored(house, practice_id) == late + early


async def test_a_message_with_several_practices_feeds_a_tree_for_each(house: House) -> None:
    """Each practice has its own dense sequence and root."""
    emitter, practices = Emitter(), [str(uuid4()) for _ in range(7)]
    records = [emitter.write(practices[at % 7]) for at in range(100)]

    await house.keep(records)

    for practice_id in practices:
        own = [text for text in records if json.loads(text)["tenant"] == practice_id]
        assert stored(house, practice_id) == own
        assert root_of(house, practice_id) == root_over(own)


async def test_the_same_number_with_other_bytes_is_kept_aside_and_the_first_stays(
    house: House, practice_id: str
) -> None:
    """An emitter that tells two stories is found out, with both."""
    first = Emitter().write(practice_id)
    other = canonical(json.loads(first) | {"op": "booking.CancelAppointment"})
    third = canonical(json.loads(first) | {"op": "booking.GetClient"})

    await house.keep([first])
    await house.keep([other, first, third])
    await house.keep([other])

    assert stored(house, practice_id) == [first]
    aside = house.rows("select other from equivocations where practice_id = %s", practice_id)
    assert sorted(text for (text,) in aside) == sorted([other, third])


async def test_what_cannot_be_read_is_kept_whole_and_holds_nothing_up(house: House, practice_id: str) -> None:
    """A record of another shape, version or size is no reason to lose its neighbours, or itself."""
    emitter = Emitter()
    good = emitter.several(2, practice_id)
    odd = [
        "no json",
        "[" * 30_000,
        emitter.write(practice_id, v=2),
        emitter.write("no practice"),
        emitter.write(practice_id, emitter_seq=2**63),
        emitter.write(practice_id, actor_id="x" * 10_000),
        emitter.write(practice_id, op="nul \x00 byte"),
        emitter.write(practice_id, occurred_at="0001-01-01T00:00:00+14:00"),
        emitter.write(practice_id, padding="x" * 70_000),
    ]

    await house.keep([good[0], *odd, good[1]])
    await house.keep(odd)

    assert stored(house, practice_id) == good
    assert sorted(text for (text,) in house.rows("select record from unreadable_records")) == sorted(odd)


async def test_processes_that_append_at_once_leave_no_hole_and_no_double(house: House, practice_id: str) -> None:
    """The head row is locked while a tree grows; what is known is looked up behind that lock."""
    trail, other_id = PostgresTrail(), str(uuid4())
    emitters = [Emitter(f"booking/{number}") for number in range(4)]
    batches = [each.several(30, practice) for each in emitters for practice in (practice_id, other_id)] * 2
    database = await Database.connect(house.store.server_url, emitter="audit/second")

    async def append(texts: list[str]) -> None:
        records = [parse_record(text) for text in texts]
        call = Call(actor=Actor("system:audit", "system", records[0].practice_id), method="audit.On", database=database)
        await trail.append(call, {records[0].practice_id: records})
        await call.close()

    await asyncio.gather(*map(append, batches))
    await database.close()

    for each in (practice_id, other_id):
        kept = stored(house, each)
        assert len(kept) == len(set(kept)) == 120
        assert root_of(house, each) == root_over(kept)


async def test_the_tree_is_the_same_above_stored_nodes(house: House, practice_id: str) -> None:
    """Proofs over several stored levels hold for every leaf and size they are tried on."""
    records = Emitter().several(1_030, practice_id)
    await house.keep(records)
    leaves = [merkle.leaf_hash(text.encode()) for text in records]

    call = Call(actor=Actor("user:x", "user", practice_id), method="audit.Get", database=house.app.database)
    for size in (1, 2, 255, 256, 257, 512, 777, 1_024, 1_030):
        frontier = merkle.Frontier(0, [])
        frontier.append(leaves[:size])
        for index in {0, size // 3, size // 2, size - 1}:
            plan = merkle.plan_inclusion(index, size)
            hashes = await PostgresTrail().nodes(call, [node for part in plan for node in part])
            merkle.verify_inclusion(index, size, leaves[index], merkle.fold(plan, hashes), frontier.root())
    await call.close()
