"""Takes captured records into the trail."""

from __future__ import annotations

from collections.abc import Iterable

from services.audit.domain.records import Record, RecordMalformed, parse_record
from services.audit.usecases.ports import Trail
from services.chassis.context import Call


async def append_records(texts: Iterable[str], call: Call, *, trail: Trail) -> int:
    """
    Append each record to the tree of its practice, in the order given; return how many were new.

    What can't be read is kept aside whole: the trail drops nothing.
    """
    by_practice: dict[str, list[Record]] = {}
    for text in texts:
        try:
            record = parse_record(text)
        except RecordMalformed as error:
            await trail.put_aside(call, text, str(error))
        else:
            by_practice.setdefault(record.practice_id, []).append(record)
    return await trail.append(call, by_practice) if by_practice else 0
