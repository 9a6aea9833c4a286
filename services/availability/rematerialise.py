"""Lists claims that new zone rules shift, and mends them: `--mend`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from services.availability.adapters.aged_claims import PostgresAgedClaims
from services.availability.adapters.ledger import PostgresClaims
from services.availability.config import SERVICE
from services.availability.domain.shift import Shift, Verdict
from services.availability.domain.wall import TZDATA_VERSION
from services.availability.usecases.rematerialise_claims import rematerialise_claims
from services.chassis.config import read_config
from services.chassis.db.pool import Database

DONE, LEFT = 0, 1

_DECIDED = frozenset({Verdict.SAME, Verdict.SHIFTED})


def main(arguments: Sequence[str]) -> int:
    """
    Print one line a claim that is not where its wall time says, and a count of all.

    Returns:
        0 when every claim is right, or was made so; 1 when some are left: to be mended, to wait, or to be decided
        about by a person.
    """
    parser = argparse.ArgumentParser(prog="python -m services.availability.rematerialise", description=__doc__)
    parser.add_argument("--mend", action="store_true", help="put shifted claims to the instants they have now")
    options = parser.parse_args(arguments)
    return asyncio.run(rematerialise(is_mending=options.mend))


async def rematerialise(*, is_mending: bool) -> int:
    """Look at every claim made by other rules than the process's own."""
    database = await Database.open(read_config(SERVICE))
    counts: Counter[Verdict] = Counter()
    try:
        claims = PostgresAgedClaims(database, PostgresClaims(database, tzdata_version=TZDATA_VERSION))
        async for shift in rematerialise_claims(claims=claims, tzdata_version=TZDATA_VERSION, is_mending=is_mending):
            counts[shift.verdict] += 1
            if shift.verdict is not Verdict.SAME:
                print(line(shift))
    finally:
        await database.close()
    words = ", ".join(f"{count} {verdict.value}" for verdict, count in sorted(counts.items(), key=str))
    print(f"tzdata {TZDATA_VERSION}: {words or 'nothing made by other rules'}")
    left = set(counts) - (_DECIDED if is_mending else {Verdict.SAME})
    return LEFT if left else DONE


def line(shift: Shift) -> str:
    """Say one verdict: ids and instants only."""
    times = [datetime.fromtimestamp(each, UTC).isoformat() for each in (shift.start_s, shift.new_start_s)]
    return f"{shift.practice_id} {shift.claim_id} {shift.verdict.value} {' -> '.join(dict.fromkeys(times))}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
