"""Keeps what is known of emitters: runs of numbers, signs of life, what follows from both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.audit.adapters import alarm_rows, metrics
from services.audit.domain import emitters
from services.audit.domain.alarms import Sighting
from services.audit.domain.emitters import Came, Span
from services.audit.domain.records import Record
from services.chassis.context import NO_PRACTICE, Call
from services.chassis.db.pool import Connection, widen

# In one order, so that two processes can't wait for each other in a circle.
_SPANS = """
    select emitter, first_seq, last_seq, first_prev, last_digest from emitter_spans
     where practice_id = %s and emitter = any (%b::text[]) order by emitter, first_seq for update
"""

_FORGET_SPANS = """
    delete from emitter_spans using unnest(%b::text[], %b::text[]::bigint[]) as gone (emitter, first_seq)
     where practice_id = %s and emitter_spans.emitter = gone.emitter and emitter_spans.first_seq = gone.first_seq
"""

_SAVE_SPANS = """
    insert into emitter_spans (practice_id, emitter, first_seq, last_seq, first_prev, last_digest)
    select %s, * from unnest(%b::text[], %b::text[]::bigint[], %b::text[]::bigint[], %b::text[], %b::text[])
        on conflict on constraint emitter_spans_pkey
        do update set last_seq = excluded.last_seq, last_digest = excluded.last_digest
"""

_BEAT = """
    insert into emitters as e (practice_id, emitter, told_seq, waiting_seq, waiting_s, skew_s, beat_time, end_time)
    values (%(nil)s, %(emitter)s, %(told_seq)s, %(waiting_seq)s, %(waiting_s)s, %(skew_s)s, %(now)s, %(end_time)s)
        on conflict on constraint emitters_pkey do update set
           told_seq = greatest(e.told_seq, excluded.told_seq), waiting_seq = excluded.waiting_seq,
           waiting_s = excluded.waiting_s, skew_s = excluded.skew_s, beat_time = excluded.beat_time,
           end_time = excluded.end_time
"""

# Emitters without a database number in ours: what they wrote is looked up here.
_OWN_STATE = """
    update emitters e set told_seq = greatest(e.told_seq, s.emitter_seq), waiting_seq = s.waiting_seq,
           waiting_s = s.waiting_s
      from (select own.emitter, state.* from emitters own cross join lateral emitter_state(own.emitter) state
             where own.practice_id = %(nil)s and own.emitter like 'gateway/%%') s
     where e.practice_id = %(nil)s and e.emitter = s.emitter
"""

_STATES = """
    select e.emitter, e.told_seq, e.waiting_seq, e.waiting_s, e.skew_s, e.beat_time, e.missing_since, e.end_time,
           coalesce(max(s.last_seq), 0)
      from emitters e left join emitter_spans s using (practice_id, emitter)
     where e.practice_id = %s group by e.practice_id, e.emitter order by e.emitter
"""

_HOLES = """
    select emitter, edge + 1, first_seq - 1, open_time
      from (select emitter, first_seq, open_time,
                   coalesce(lag(last_seq) over (partition by emitter order by first_seq), 0) as edge
              from emitter_spans where practice_id = %s) runs
     where edge + 1 < first_seq
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life."""

    emitter: str
    told_seq: int = 0
    waiting_seq: int = 0
    waiting_s: float = 0.0
    skew_s: float = 0.0
    is_last: bool = False


async def receive(conn: Connection, new: Mapping[str, Sequence[Record]], *, now: datetime | None = None) -> None:
    """
    Put records that are new in their practices into the runs of their emitters; tell what does not fit.

    Cost:
        Two statements a batch while nothing is wrong.
    """
    by_emitter: dict[str, list[Record]] = {}
    for records in new.values():
        for record in records:
            by_emitter.setdefault(record.emitter, []).append(record)
    if not by_emitter:
        return
    await widen(conn, [NO_PRACTICE, *new])
    names = sorted(by_emitter)
    known: dict[str, list[Span]] = {name: [] for name in names}
    for row in await (await conn.execute(_SPANS, (NO_PRACTICE, names))).fetchall():
        known[row[0]].append(Span(*row[1:]))
    gone: list[tuple[str, int]] = []
    kept: list[tuple[str, Span]] = []
    seen: list[Sighting] = []
    for name in names:
        joined = emitters.join(
            known[name], [Came(each.practice_id, each.emitter_seq, each.prev, each.digest) for each in by_emitter[name]]
        )
        firsts = {each.first_seq for each in joined.spans}
        gone += [(name, each.first_seq) for each in known[name] if each.first_seq not in firsts]
        before = set(known[name])
        kept += [(name, each) for each in joined.spans if each not in before]
        seen += [
            Sighting(NO_PRACTICE, "emitter.chain", f"{name}:{each.seq}", {"named": each.named, "found": each.found})
            for each in joined.breaks
        ]
        for double in joined.doubles:
            seen.append(await _double(conn, name, double))
        seen += _by_time(name, by_emitter[name], now or datetime.now(UTC))
    if gone:
        await conn.execute(_FORGET_SPANS, ([each for each, _ in gone], [str(at) for _, at in gone], NO_PRACTICE))
    if kept:
        await conn.execute(
            _SAVE_SPANS,
            (
                NO_PRACTICE,
                [name for name, _ in kept],
                [str(each.first_seq) for _, each in kept],
                [str(each.last_seq) for _, each in kept],
                [each.first_prev for _, each in kept],
                [each.last_digest for _, each in kept],
            ),
        )
    await alarm_rows.see(conn, seen)


async def beat(conn: Connection, sign: Beat, *, now: datetime) -> None:
    """Note a sign of life."""
    await widen(conn, [NO_PRACTICE])
    values = {
        "nil": NO_PRACTICE,
        "emitter": sign.emitter,
        "told_seq": sign.told_seq,
        "waiting_seq": sign.waiting_seq,
        "waiting_s": sign.waiting_s,
        "skew_s": sign.skew_s,
        "now": now,
        "end_time": now if sign.is_last else None,
    }
    await conn.execute(_BEAT, values)


async def heard(call: Call, emitter: str, *, is_last: bool) -> None:
    """Note that an emitter without a database lives, or stops by itself; what it wrote is known here."""
    async with call.tx() as conn:
        await beat(conn, Beat(emitter, is_last=is_last), now=datetime.now(UTC))


async def look(conn: Connection, *, now: datetime) -> None:
    """
    Raise alarms for what is missing, silent, late or off; end those of what is so no more.

    Holes and ends are measured by our own clock: what an emitter says of time is not relied on.
    """
    await widen(conn, [NO_PRACTICE])
    await conn.execute(_OWN_STATE, {"nil": NO_PRACTICE})
    seen = [
        _gap(name, int(first), int(last))
        for name, first, last, since in await (await conn.execute(_HOLES, (NO_PRACTICE,))).fetchall()
        if emitters.is_over(since, emitters.MISSING, now=now)
    ]
    living: dict[str, int] = {}
    silent: list[Sighting] = []
    for row in await (await conn.execute(_STATES, (NO_PRACTICE,))).fetchall():
        name, told_seq, waiting_seq, waiting_s, skew_s, beat_time, missing_since, end_time, known_seq = row
        service = name.partition("/")[0]
        is_missing = emitters.is_tail_missing(told_seq=told_seq, waiting_seq=waiting_seq, known_seq=known_seq)
        if is_missing != (missing_since is not None):
            missing_since = now if is_missing else None
            await _note_missing(conn, name, missing_since)
        if emitters.is_over(missing_since, emitters.MISSING, now=now):
            seen.append(_gap(name, known_seq + 1, told_seq))
        living.setdefault(service, 0)
        if end_time is None and emitters.is_over(beat_time, emitters.FORGOTTEN, now=now):
            await _forget(conn, name, now)
        elif end_time is None and emitters.is_over(beat_time, emitters.SILENT, now=now):
            silent.append(_silent(name, beat_time))
        elif end_time is None:
            living[service] += 1
            if waiting_s > emitters.LAG_S:
                seen.append(Sighting(NO_PRACTICE, "emitter.lag", name, {"waiting_s": round(waiting_s)}))
            if abs(skew_s) > emitters.SKEW_S:
                seen.append(Sighting(NO_PRACTICE, "clock.skew", name, {"skew_s": round(skew_s)}))
        elif not emitters.is_over(end_time, emitters.SILENT, now=now):
            living[service] += 1  # another one is given time to take its place
    seen += silent + [
        Sighting(NO_PRACTICE, "emitter.silent", service, {"living": 0})
        for service, count in living.items()
        if not count
    ]
    metrics.EMITTERS_LIVING.set(sum(living.values()))
    await alarm_rows.see(conn, seen)
    passing = ("emitter.gap", "emitter.silent", "emitter.lag", "clock.skew")
    await alarm_rows.end(
        conn, NO_PRACTICE, passing, still={(each.kind, each.subject) for each in seen}, quiet=LATE_QUIET, now=now
    )


LATE_QUIET = timedelta(seconds=30)
"""How long what is seen only as records come in (lag, skew) must not be seen again before it is over."""


def _by_time(name: str, records: Sequence[Record], now: datetime) -> list[Sighting]:
    """Tell of records that are late, or from the future."""
    late_s = (now - min(each.occur_time for each in records)).total_seconds()
    ahead_s = (max(each.occur_time for each in records) - now).total_seconds()
    seen = []
    if late_s > emitters.LAG_S:
        seen.append(Sighting(NO_PRACTICE, "emitter.lag", name, {"late_s": round(late_s)}))
    if ahead_s > emitters.SKEW_S:
        seen.append(Sighting(NO_PRACTICE, "clock.skew", name, {"ahead_s": round(ahead_s)}))
    return seen


async def _double(conn: Connection, name: str, double: Came) -> Sighting:
    """Tell of a number that was given in two practices; both records stay where they are."""
    row = await (await conn.execute("select emitter_digest(%s, %s)", (name, double.seq))).fetchone()
    evidence = {"first": str(row[0] if row and row[0] else ""), "other": double.digest}
    return Sighting(double.practice_id, "emitter.equivocation", f"{name}:{double.seq}", evidence)


def _gap(name: str, first: int, last: int) -> Sighting:
    return Sighting(
        NO_PRACTICE, "emitter.gap", f"{name}:{first}", {"emitter": name, "first_seq": first, "last_seq": last}
    )


def _silent(name: str, beat_time: datetime) -> Sighting:
    return Sighting(NO_PRACTICE, "emitter.silent", name, {"last_heard": beat_time.isoformat(timespec="seconds")})


async def _note_missing(conn: Connection, name: str, since: datetime | None) -> None:
    await conn.execute(
        "update emitters set missing_since = %s where practice_id = %s and emitter = %s", (since, NO_PRACTICE, name)
    )


async def _forget(conn: Connection, name: str, now: datetime) -> None:
    await conn.execute(
        "update emitters set end_time = %s where practice_id = %s and emitter = %s", (now, NO_PRACTICE, name)
    )
