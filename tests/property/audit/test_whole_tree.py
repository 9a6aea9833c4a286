"""Laws of checking a whole tree: it holds as it was written, and no change goes unnamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain import merkle
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.records import parse_record
from services.audit.domain.verification import Claimed, Finding, WholeTree, check_record
from tests.unit.audit.emitter import Emitter

TEXTS = Emitter().several(40, str(UUID(int=1)), client_id=str(UUID(int=2)))
SIZES = st.integers(1, len(TEXTS))


def claimed(seq: int) -> Claimed:
    """A record as an honest trail gives it."""
    record = parse_record(TEXTS[seq])
    columns = {
        "client_id": record.client_id,
        "actor_id": record.actor_id,
        "operation": record.operation,
        "stage": record.stage,
        "occur_time": record.occur_time.isoformat(),
    }
    return Claimed(seq, TEXTS[seq], merkle.leaf_hash(TEXTS[seq].encode()), columns)


def signed(size: int) -> Checkpoint:
    """What was signed over the first records."""
    frontier = merkle.Frontier(0, [])
    frontier.append(merkle.leaf_hash(text.encode()) for text in TEXTS[:size])
    return Checkpoint("origin", size, frontier.root())


def check(given: Sequence[Claimed], checkpoint: Checkpoint) -> list[Finding]:
    """Everything that is wrong with these records, given newest first."""
    tree = WholeTree(checkpoint)
    found = [finding for each in given for finding in tree.add(each)]
    return found + tree.end()


@given(SIZES)
def test_an_honest_tree_of_any_size_holds(size: int) -> None:
    """Folded from the right, its root is the one of the reference."""
    assert check([claimed(seq) for seq in reversed(range(size))], signed(size)) == []


@given(SIZES, st.data())
def test_every_removed_record_is_named(size: int, data: st.DataObject) -> None:
    """Runs of neighbours as one finding."""
    gone = data.draw(st.sets(st.integers(0, size - 1), min_size=1))

    findings = check([claimed(seq) for seq in reversed(range(size)) if seq not in gone], signed(size))

    assert {each.check for each in findings} == {"completeness"}
    assert [each.seq for each in findings] == sorted((seq for seq in gone if seq - 1 not in gone), reverse=True)


@given(SIZES, st.data())
def test_every_changed_character_is_named_with_its_record(size: int, data: st.DataObject) -> None:
    """The bytes do not hash to their leaf any more."""
    seq = data.draw(st.integers(0, size - 1))
    at = data.draw(st.integers(0, len(TEXTS[seq]) - 1))
    records = [claimed(each) for each in range(size)]
    text = TEXTS[seq]
    records[seq] = replace(records[seq], canonical=text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])

    assert [(each.check, each.seq) for each in check(records[::-1], signed(size))] == [("leaf-hash", seq)]


@given(SIZES, st.data())
def test_every_edited_column_is_named_with_its_record(size: int, data: st.DataObject) -> None:
    """The bytes are honest, what they are found by is not; the proof of the record alone tells it, too."""
    seq = data.draw(st.integers(0, size - 1))
    name = data.draw(st.sampled_from(sorted(claimed(0).columns)))
    value = data.draw(st.sampled_from(["", "else", "2030-01-01T00:00:00+00:00"]))
    records = [claimed(each) for each in range(size)]
    records[seq] = replace(records[seq], columns={**records[seq].columns, name: value})

    assert [(each.check, each.seq) for each in check(records[::-1], signed(size))] == [("columns", seq)]
    found = check_record(records[seq], [], signed(size))
    assert found is not None
    assert (found.check, found.seq) == ("columns", seq)


@given(SIZES, st.data())
def test_a_record_rewritten_with_its_hash_breaks_the_root(size: int, data: st.DataObject) -> None:
    """Nothing the record says of itself is wrong, but it is not what was signed."""
    seq = data.draw(st.integers(0, size - 1))
    records = [claimed(each) for each in range(size)]
    text = TEXTS[seq].replace('"outcome":"0"', '"outcome":"8"')
    records[seq] = replace(records[seq], canonical=text, leaf_hash=merkle.leaf_hash(text.encode()))

    assert [each.check for each in check(records[::-1], signed(size))] == ["root"]


@given(st.integers(2, len(TEXTS)), st.data())
def test_a_record_given_twice_or_out_of_order_is_named(size: int, data: st.DataObject) -> None:
    """A trail can't hide a hole behind a double."""
    records = [claimed(seq) for seq in reversed(range(size))]
    at = data.draw(st.integers(0, size - 2))
    records[at], records[at + 1] = records[at + 1], records[at]

    assert {"order", "completeness"} == {each.check for each in check(records, signed(size))}
