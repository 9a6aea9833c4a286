"""Keeps what practices have said, and remembers it per process for one version each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import Any

from services.booking.domain.policy import Demand, Fence, Policy, PracticeRules
from services.chassis.context import Call
from services.chassis.db.pool import Connection

MAX_PRACTICES = 1_000
"""Practices whose rules one process remembers; the one unused longest is forgotten first."""

NIL = "00000000-0000-0000-0000-000000000000"
"""Stands in the tables for every session type, or every site."""

NOTHING_SAID = PracticeRules()
"""Holds until a practice has said something: most bookings ask for no more."""

POLICY_COLUMNS = """
    session_type_id::text, late_cancel_h, late_cancel_fee_minor, no_show_fee_minor, currency,
    forgives_first, forgives_illness, forgives_crisis, confirm_by_h, card, consent, visits
"""

FENCE_COLUMNS = "fence_id::text, client_id::text, other_client_id::text, site_id::text, gap_min, reason"

# Locked against change until the transaction ends: whoever puts up a fence then sees every move that did not.
_VERSIONS = """
    select practice_id::text, version from practice_rules where practice_id = any (%s::uuid[])
    order by practice_id for share
"""

_BUMP = """
    insert into practice_rules (practice_id, version) values (%s, 1)
    on conflict (practice_id) do update set version = practice_rules.version + 1
"""

_POLICIES = f"select {POLICY_COLUMNS} from policies where practice_id = %s order by session_type_id"  # noqa: S608 - literals

_FENCES = f"select {FENCE_COLUMNS} from fences where practice_id = %s order by fence_id"  # noqa: S608 - literals


class PostgresRules:
    """Is the memory of practices' rules; whoever writes a booking says which version it used."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, PracticeRules] = OrderedDict()

    def known(self, practice_id: str) -> PracticeRules:
        """Return the rules as last read here; the write that relies on them finds out whether they still hold."""
        return self._known.get(practice_id, NOTHING_SAID)

    async def of_call(self, call: Call) -> PracticeRules:
        """
        Return the rules as the call's own transaction sees them.

        Danger: not after a change of them in the same call: a version that is rolled back must not be remembered.
        """
        async with call.tx() as conn:
            return (await self.checked(conn, [call.practice_id]))[call.practice_id]

    async def checked(self, conn: Connection, practice_ids: Collection[str]) -> dict[str, PracticeRules]:
        """Return the practices' current rules: one query, and two for each that changed."""
        rows = await (await conn.execute(_VERSIONS, (list(practice_ids),))).fetchall()
        versions: dict[str, int] = dict(rows)
        found = {}
        for practice_id in practice_ids:
            known, version = self.known(practice_id), versions.get(practice_id, 0)
            if known.version != version:
                # The version is read first: rules newer than it are read again at the next look.
                known = self._known[practice_id] = await _load(conn, practice_id, version)
                if len(self._known) > MAX_PRACTICES:
                    self._known.popitem(last=False)
            found[practice_id] = known
        return found


async def bump(conn: Connection, practice_id: str) -> None:
    """Tell every process that the practice's rules change with this transaction; writers wait for each other."""
    await conn.execute(_BUMP, (practice_id,))


async def _load(conn: Connection, practice_id: str, version: int) -> PracticeRules:
    policies = [policy_of(row) for row in await (await conn.execute(_POLICIES, (practice_id,))).fetchall()]
    fences: dict[str, tuple[Fence, ...]] = {}
    for row in await (await conn.execute(_FENCES, (practice_id,))).fetchall():
        fence = fence_of(row)
        for client_id in (fence.client_id, fence.other_client_id):
            fences[client_id] = (*fences.get(client_id, ()), fence)
    return PracticeRules(version, {each.session_type_id: each for each in policies}, fences)


def policy_of(row: tuple[Any, ...]) -> Policy:
    """Return the policy in a row of POLICY_COLUMNS."""
    session_type_id = "" if row[0] == NIL else row[0]
    return Policy(session_type_id, *row[1:9], *(Demand(each) for each in row[9:12]))


def fence_of(row: tuple[Any, ...]) -> Fence:
    """Return the fence in a row of FENCE_COLUMNS."""
    return Fence(row[0], row[1], row[2], "" if row[3] == NIL else row[3], row[4], row[5])
