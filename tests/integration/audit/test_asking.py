"""Who may ask the trail, what they are told, and that asking is itself in the trail."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit import cli
from services.audit.domain import merkle
from services.audit.domain.checkpoints import ORIGIN_BASE, origin_of, verify_proof
from services.audit.domain.notes import VerifierKey
from tests.integration.audit.house import House
from tests.support.suite_keys import person
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

Out = pytest.CaptureFixture[str]


async def test_records_are_found_by_client_actor_and_time_newest_first(
    house: House, practice_id: str, client_id: str, capsys: Out
) -> None:
    """Each filter alone and together."""
    emitter = Emitter()
    await house.keep(
        [
            emitter.write(practice_id, client_id=client_id, occurred_at="2030-01-01T00:00:00Z"),
            emitter.write(practice_id, client_id=client_id, occurred_at="2030-01-02T00:00:00Z"),
            emitter.write(practice_id, actor_id="user:nurse", occurred_at="2030-01-03T00:00:00Z"),
            emitter.write(practice_id, client_id=client_id, actor_id="user:nurse", occurred_at="2030-01-04T00:00:00Z"),
        ]
    )
    token = house.officer(practice_id)

    async def seqs(*filters: str) -> list[int]:
        capsys.readouterr()
        assert await house.command(token, "query", *filters) == cli.OK
        return [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]

    assert await seqs() == [3, 2, 1, 0]
    assert await seqs("--client", client_id) == [3, 1, 0]
    assert await seqs("--actor", "user:nurse") == [3, 2]
    assert await seqs("--client", client_id, "--actor", "user:nurse") == [3]
    assert await seqs("--since", "2030-01-02", "--until", "2030-01-04") == [2, 1]
    assert await seqs("--client", str(uuid4())) == []
    assert await seqs("--most", "2") == [3, 2]


async def test_pages_hold_while_records_come_in(house: House, practice_id: str, capsys: Out) -> None:
    """Long records make short pages; every record is given once."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, padding="x" * 20_000) for _ in range(120)])
    capsys.readouterr()

    assert await house.command(house.officer(practice_id), "query") == cli.OK

    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(119, -1, -1))


async def test_another_practice_sees_nothing(house: House, practice_id: str, client_id: str, capsys: Out) -> None:
    """Not by any filter, and not in its checkpoint."""
    await house.keep([Emitter().write(practice_id, client_id=client_id)])
    stranger = house.officer(str(uuid4()))
    capsys.readouterr()

    listed = await house.command(stranger, "query", "--client", client_id)
    proven = await house.command(stranger, "proof", "--seq", "0")

    assert listed == cli.OK
    assert proven == cli.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "NOT_FOUND" in shown.err
    with psycopg.connect(house.store.server_url) as conn:
        assert conn.execute("select * from records").fetchall() == []


@pytest.mark.parametrize("role", ["front_desk", "therapist", "client", "practice_admin"])
async def test_only_an_officer_opens_the_trail(
    house: House, practice_id: str, client_id: str, capsys: Out, role: str
) -> None:
    """A refusal is told with its reason, and is in the trail."""
    token = house.token(person(practice_id, [role]))

    code = await house.command(token, "query", "--client", client_id)

    assert code == cli.USAGE
    assert "NOT_ALLOWED" in capsys.readouterr().err
    [(record,)] = house.rows("select record from audit_outbox")
    content = json.loads(record)
    assert (content["op"], content["stage"], content["client_id"]) == ("audit.QueryRecords", "denied", client_id)


async def test_every_question_is_in_the_trail(house: House, practice_id: str, client_id: str, tmp_path: Path) -> None:
    """Audit's own records leave by its outbox, like everybody's, and come in again."""
    await house.keep([Emitter().write(practice_id, client_id=client_id)])
    token = house.officer(practice_id)

    assert await house.command(token, "query", "--client", client_id) == cli.OK
    assert await house.command(token, "checkpoint") == cli.OK
    assert await house.command(token, "proof", "--seq", "0", "--out", str(tmp_path / "evidence")) == cli.OK

    own = [text for (text,) in house.rows("select record from audit_outbox order by emitter_seq")]
    asked = [json.loads(text)["op"] for text in own]
    assert asked == [
        "audit.QueryRecords",
        "audit.GetCheckpoint",
        "audit.GetCheckpoint",
        "audit.GetRecord",
        "audit.GetInclusionProof",
    ]
    await house.keep(own)
    assert house.rows("select count(*) from records where practice_id = %s", practice_id) == [(6,)]
    assert house.rows("select count(*) from audit_outbox") == [(5,)], "taking in is not recorded, or it would never end"


async def test_a_proof_stands_alone(house: House, practice_id: str, tmp_path: Path) -> None:
    """With the record's bytes and the public key, without us."""
    records = Emitter().several(300, practice_id)
    await house.keep(records)
    out = tmp_path / "evidence"

    code = await house.command(
        house.officer(practice_id), "proof", "--seq", "123", "--practice", practice_id, "--out", str(out)
    )

    assert code == cli.OK
    public = serialization.load_pem_public_key((house.keys.folder / "checkpoint.pub").read_bytes())
    assert isinstance(public, Ed25519PublicKey)
    record = (tmp_path / "evidence.json").read_bytes()
    assert record.decode() == records[123]
    seq, checkpoint = verify_proof(
        (tmp_path / "evidence.tlog-proof").read_text(),
        merkle.leaf_hash(record),
        {ORIGIN_BASE: VerifierKey(ORIGIN_BASE, public)},
        origin=origin_of(practice_id),
    )
    assert (seq, checkpoint.size) == (123, 300)


async def test_grown_trees_are_signed_without_being_asked(house: House) -> None:
    """One checkpoint a tree, none again while nothing comes in."""
    practices = [str(uuid4()) for _ in range(3)]
    await house.keep([Emitter(each).write(each) for each in practices])

    await house.servicer.sign_grown_trees()
    await house.servicer.sign_grown_trees()

    signed = house.rows("select practice_id::text, size from checkpoints")
    assert sorted(signed) == sorted((each, 1) for each in practices)
    files = (house.keys.folder.parent / "checkpoints").glob("*.checkpoint")
    assert sorted(path.stem for path in files) == sorted(practices)


async def test_a_tree_that_cannot_be_signed_keeps_no_other_unsigned(house: House) -> None:
    """A forked practice is told; the others get their checkpoints."""
    forked, honest = str(uuid4()), str(uuid4())
    await house.keep([Emitter("a").write(forked), Emitter("b").write(honest)])
    await house.servicer.sign_grown_trees()
    house.forge("update heads set root = sha256('x'), frontier = sha256('x') where practice_id = %s", forked)
    await house.keep([*Emitter("c").several(2, forked), *Emitter("d").several(2, honest)])

    await house.servicer.sign_grown_trees()

    assert house.rows("select size from checkpoints where practice_id = %s", forked) == [(1,)]
    assert house.rows("select max(size) from checkpoints where practice_id = %s", honest) == [(3,)]


async def test_wrong_questions_have_clear_answers(house: House, practice_id: str, capsys: Out) -> None:
    """A reversed interval, a place outside of the tree, an empty trail, a forged token."""
    token = house.officer(practice_id)

    assert await house.command(token, "checkpoint") == cli.USAGE
    await house.keep([Emitter().write(practice_id)])
    assert await house.command(token, "query", "--since", "2030-02-01", "--until", "2030-01-01") == cli.USAGE
    assert await house.command(token, "proof", "--seq", "1") == cli.USAGE
    assert await house.command(token[:-3] + "AAA", "query") == cli.USAGE

    told = capsys.readouterr().err
    for reason in ("NOT_FOUND", "INTERVAL_REVERSED", "TOKEN_INVALID"):
        assert reason in told


async def test_a_trail_that_does_not_answer_is_not_called_tampered(house: House, practice_id: str, capsys: Out) -> None:
    """Nobody there, by either door, is an exit code of its own."""
    key = str(house.keys.folder / "checkpoint.pub")
    await house.server.stop(0)

    assert await house.verify(practice_id) == cli.UNREACHABLE
    assert cli.main(["--url", "http://127.0.0.1:9", "--token", "t", "verify", "--key", key]) == cli.UNREACHABLE
    assert "does not answer" in capsys.readouterr().err
