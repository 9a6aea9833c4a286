"""Turns rows of the absence workflow into the domain's words and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.booking.adapters.rows import slot_values
from services.booking.domain.absence import (
    UNSETTLED,
    Affected,
    Fate,
    Kind,
    Need,
    Offer,
    OfferState,
    Option,
    OptionState,
)
from services.booking.domain.appointment import Slot
from services.booking.usecases.absence_ports import Case, Wording

AFFECTED_COLUMNS = """
    a.practice_id::text, a.absence_id::text, c.therapist_id::text, a.appointment_id::text,
    coalesce(a.client_id::text, ''), coalesce(a.session_type_id::text, ''), a.start_time, a.need_rank, a.need, a.state,
    a.escalate_time, a.look_time, a.kinds, a.answer_h, a.round, a.note, a.is_escalated, a.settle_time, a.version
"""
"""What `affected_of` reads, in its order."""

AFFECTED = f"""
    select {AFFECTED_COLUMNS} from affected_appointments a
    join absence_cases c on c.practice_id = a.practice_id and c.absence_id = a.absence_id
"""  # noqa: S608 - only the literal column list is put in

OFFERS = """
    select o.practice_id::text, o.offer_id::text, o.absence_id::text, c.therapist_id::text, o.appointment_id::text,
        o.client_id::text, a.start_time, o.wording_version, o.state, (
            select jsonb_agg(jsonb_build_array(
                p.option_id, p.kind, p.why, p.state, p.refuse_reason, p.therapist_id, p.session_type_id,
                p.start_local, p.time_zone, p.fold, p.tzdata_version, p.modality, coalesce(p.site_id::text, ''),
                coalesce(p.room_id::text, ''), p.claim_version
            ) order by p.ordinal) from absence_options p where p.practice_id = o.practice_id and p.offer_id = o.offer_id
        ), (
            select array_agg(p.start_time order by p.ordinal) || array_agg(p.end_time order by p.ordinal)
            from absence_options p where p.practice_id = o.practice_id and p.offer_id = o.offer_id
        ), o.expire_time, o.make_time, o.is_confidential, coalesce(o.accepted_option_id::text, ''), o.close_time,
        o.version, coalesce(w.body, '')
    from absence_offers o
    join absence_cases c on c.practice_id = o.practice_id and c.absence_id = o.absence_id
    join affected_appointments a on a.practice_id = o.practice_id and a.absence_id = o.absence_id
        and a.appointment_id = o.appointment_id
    left join absence_wordings w on w.practice_id = o.practice_id and w.absence_id = o.absence_id
        and w.wording_version = o.wording_version
"""
"""What `offer_of` reads, in its order; the words of conditions come behind."""

CASES = f"""
    select c.absence_id::text, c.therapist_id::text, c.start_time, c.end_time, c.create_time,
        c.approved_wording_version, (
            select jsonb_object_agg(s.state, s.many) from (
                select a.state, count(*) as many from affected_appointments a
                where a.practice_id = c.practice_id and a.absence_id = c.absence_id group by a.state
            ) s
        ), (
            select count(*) from affected_appointments a
            where a.practice_id = c.practice_id and a.absence_id = c.absence_id and a.is_escalated
                and a.state in ({", ".join(f"'{each}'" for each in sorted(UNSETTLED))})
        ), w.wording_version, w.body, w.author_id, w.approve_actor_id, w.approve_time
    from absence_cases c
    left join lateral (
        select * from absence_wordings w where w.practice_id = c.practice_id and w.absence_id = c.absence_id
        order by w.wording_version desc limit 1
    ) w on true
"""  # noqa: S608 - only literals are put in
"""What `case_of` reads, in its order."""


def case_of(row: tuple[Any, ...]) -> Case:
    """Return the case in a row of CASES."""
    return Case(
        absence_id=row[0],
        therapist_id=row[1],
        start_time=row[2],
        end_time=row[3],
        create_time=row[4],
        approved_wording_version=row[5],
        counts={Fate(state): many for state, many in (row[6] or {}).items()},
        escalated_count=row[7],
        wording=Wording(*row[8:13]) if row[8] is not None else None,
    )


def affected_of(row: Sequence[Any]) -> Affected:
    """Return the affected appointment in a row of AFFECTED_COLUMNS."""
    return Affected(
        practice_id=row[0],
        absence_id=row[1],
        therapist_id=row[2],
        appointment_id=row[3],
        client_id=row[4],
        session_type_id=row[5],
        start_time=row[6],
        rank=row[7],
        need=Need(**row[8]),
        fate=Fate(row[9]),
        escalate_time=row[10],
        look_time=row[11],
        kinds=tuple(Kind(each) for each in row[12]),
        answer_h=row[13],
        round=row[14],
        note=row[15],
        is_escalated=row[16],
        settle_time=row[17],
        version=row[18],
    )


def affected_values(each: Affected) -> tuple[object, ...]:
    """Return what may change of an affected appointment, in the order of the statements that write it."""
    return (
        each.client_id,
        each.session_type_id,
        each.start_time,
        each.rank,
        json.dumps(asdict(each.need)),
        each.fate.value,
        [one.value for one in each.kinds],
        each.answer_h,
        each.round,
        each.note,
        each.is_escalated,
        each.escalate_time,
        each.look_time,
        each.settle_time,
        each.version,
    )


def offer_of(row: tuple[Any, ...]) -> Offer:
    """Return the offer in a row of OFFERS."""
    words, times = row[9] or [], row[10] or []
    options = tuple(
        Option(
            option_id=word[0],
            kind=Kind(word[1]),
            why=word[2],
            state=OptionState(word[3]),
            refuse_reason=word[4],
            slot=Slot(word[5], word[6], times[at], times[at + len(words)], *word[7:]),
        )
        for at, word in enumerate(words)
    )
    return Offer(
        practice_id=row[0],
        offer_id=row[1],
        absence_id=row[2],
        therapist_id=row[3],
        appointment_id=row[4],
        client_id=row[5],
        start_time=row[6],
        wording_version=row[7],
        state=OfferState(row[8]),
        options=options,
        expire_time=row[11],
        make_time=row[12],
        is_confidential=row[13],
        accepted_option_id=row[14],
        close_time=row[15],
        version=row[16],
        wording=row[17],
    )


def option_values(practice_id: str, offer_id: str, ordinal: int, each: Option) -> tuple[object, ...]:
    """Return an option's columns, in the order of the statement that adds one."""
    return (
        practice_id,
        each.option_id,
        offer_id,
        ordinal,
        each.kind.value,
        each.why,
        each.state.value,
        each.refuse_reason,
        # A video option has no claim of its own.
        each.kind is not Kind.VIDEO,
        *slot_values(each.slot),
    )
