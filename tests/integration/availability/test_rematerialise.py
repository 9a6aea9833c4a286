"""New zone rules move instants and leave wall times: claims are listed, then mended, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.availability.adapters.aged_claims import PostgresAgedClaims
from services.availability.domain.shift import Shift, Verdict
from services.availability.domain.wall import TZDATA_VERSION, WallTime, instant
from services.availability.rematerialise import line, rematerialise
from services.availability.usecases.rematerialise_claims import rematerialise_claims
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import ZONE, Practice
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

OLD = "1999z"
HOUR_S = 3_600

_AGE = """
update claims set tzdata_version = %s, state = 'confirmed', ask_time = null,
    start_time = start_time + make_interval(secs => %s), end_time = end_time + make_interval(secs => %s)
where claim_id = %s returning 1
"""
_AGE_PIECES = """
update occupancies set during = tstzrange(
    lower(during) + make_interval(secs => %s), upper(during) + make_interval(secs => %s)
) where claim_id = %s returning 1
"""


async def aged(practice: Practice, rows: Rows, *, hour: int, shift_s: int) -> str:
    """Return a confirmed claim that old rules had put elsewhere."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3, hour=hour)))
    rows(_AGE, OLD, shift_s, shift_s, claim.claim_id)
    rows(_AGE_PIECES, shift_s, shift_s, claim.claim_id)
    return str(claim.claim_id)


async def look(practice: Practice, *, is_mending: bool) -> dict[str, Shift]:
    """Run over all practices and return the verdicts on this one's claims."""
    parts = practice.door.parts
    claims = PostgresAgedClaims(parts.database, parts.claims)
    found = rematerialise_claims(claims=claims, tzdata_version=TZDATA_VERSION, is_mending=is_mending)
    return {each.claim_id: each async for each in found if each.practice_id == practice.door.practice_id}


async def test_a_shifted_claim_is_listed_then_mended_and_told(practice: Practice, rows: Rows) -> None:
    """It blocks its wall time's instant again, frees the old one, and says so once; a second run finds nothing."""
    shifted = await aged(practice, rows, hour=10, shift_s=HOUR_S)
    same = await aged(practice, rows, hour=15, shift_s=0)
    right_s = instant(WallTime(practice.at(days=3, hour=10), ZONE))

    listed = await look(practice, is_mending=False)
    again = await look(practice, is_mending=True)

    expected = Shift(practice.door.practice_id, shifted, Verdict.SHIFTED, right_s + HOUR_S, right_s)
    assert listed == again
    assert (listed[shifted], listed[same].verdict) == (expected, Verdict.SAME)
    assert "shifted" in line(expected)
    stored = "select tzdata_version, extract(epoch from start_time)::bigint, version from claims where claim_id = %s"
    assert rows(stored, shifted) == [(TZDATA_VERSION, right_s, 2)]
    blocked = "select min(extract(epoch from lower(during)))::bigint from occupancies where claim_id = %s"
    assert rows(blocked, shifted) == [(right_s,)]
    told = "select count(*) from outbox where practice_id = %s and type like %s and aggregate_id = %s"
    assert rows(told, practice.door.practice_id, "%ClaimShifted", shifted) == [(1,)]
    recorded = "select count(*) from audit_outbox where practice_id = %s and record like %s and record like %s"
    assert rows(recorded, practice.door.practice_id, "%availability.Rematerialise%", f"%{shifted}%") == [(1,)]
    assert await look(practice, is_mending=True) == {}


async def test_a_claim_never_shifts_onto_somebody_else(practice: Practice, rows: Rows) -> None:
    """Whoever sits there now stays; a person has to decide."""
    shifted = await aged(practice, rows, hour=10, shift_s=2 * HOUR_S)
    await practice.door.as_booking("Hold", practice.hold(practice.at(days=3, hour=10)))

    found = await look(practice, is_mending=True)

    assert found[shifted].verdict is Verdict.TAKEN
    assert rows("select tzdata_version from claims where claim_id = %s", shifted) == [(OLD,)]


async def test_a_hold_is_left_to_its_owner_first(practice: Practice, rows: Rows) -> None:
    """Its word names the old instant: mending meanwhile would make it miss."""
    shifted = await aged(practice, rows, hour=10, shift_s=HOUR_S)
    rows("update claims set state = 'held', ask_time = now() where claim_id = %s returning 1", shifted)

    found = await look(practice, is_mending=True)

    assert found == {shifted: replace(found[shifted], verdict=Verdict.WAITS)}
    assert rows("select tzdata_version from claims where claim_id = %s", shifted) == [(OLD,)]


async def test_the_command_says_how_many_are_left(
    practice: Practice,
    rows: Rows,
    ledger_database: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It lists and counts, fails while some are shifted, and is content once they are mended."""
    monkeypatch.setenv("KEPT_DATABASE_URL", ledger_database.server_url)
    rows("update claims set tzdata_version = %s returning 1", TZDATA_VERSION)
    shifted = await aged(practice, rows, hour=10, shift_s=HOUR_S)

    codes = [await rematerialise(is_mending=is_mending) for is_mending in (False, True, False)]

    assert codes == [1, 0, 0]
    listed, counted, *_, last = capsys.readouterr().out.strip().splitlines()
    assert listed.startswith(f"{practice.door.practice_id} {shifted} shifted ")
    assert (counted, last) == (
        f"tzdata {TZDATA_VERSION}: 1 shifted",
        f"tzdata {TZDATA_VERSION}: nothing made by other rules",
    )
