"""Names the statements of the reports; they read columns and bytes within the wall."""

# Statements are put together from this file's own texts; every value travels as a parameter.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

CHANGES: Final = (
    "booking.BookAppointment",
    "booking.ConfirmAppointment",
    "booking.RescheduleAppointment",
    "booking.CancelAppointment",
    "booking.CheckInAppointment",
    "booking.StartAppointment",
    "booking.CompleteAppointment",
    "booking.MarkNoShow",
    "booking.UndoAppointmentChange",
    "booking.JoinAppointment",
)
"""Operations that arrange or attend an appointment; reading one explains nothing."""

PRIVILEGES: Final = (
    "booking.PutStaffMember",
    "booking.PutCareTeamMember",
    "booking.RemoveCareTeamMember",
    "booking.PutProxy",
    "booking.RemoveProxy",
    "booking.LinkAccount",
    "booking.UnlinkAccount",
    "booking.SetConfidential",
    "booking.StartBreakGlass",
    "booking.EndBreakGlass",
    "gateway.ChangePrivileges",
)
"""Operations that change who may see what."""

STAFF: Final = ("front_desk", "therapist", "practice_admin", "compliance_officer")

# `offset 0` keeps the bytes from being parsed once per condition.
_SEEN = """
    with seen as not materialized (
        select r.seq, r.client_id, r.actor_id, r.operation, r.stage, r.occur_time, parsed.content
          from records r cross join lateral (select record_content(r.canonical) as content offset 0) parsed
         where {scope}
    )
"""

_ROW = """
    select s.seq, coalesce(s.client_id::text, ''), s.actor_id, s.operation, s.stage, s.occur_time, s.content,
           {evidence}, {count}
      from seen s {join}
     where s.seq < %(before)s and {condition}
     order by s.seq desc limit %(limit)s
"""

_IS_STAFF = """
    (s.content->'actor'->>'kind' = 'user' and string_to_array(s.content->'actor'->>'role', ',') && %(staff)s::text[])
"""

_NO_EVIDENCE = "null::bigint, '', ''"
_EVIDENCE = "e.seq, coalesce(e.item, ''), coalesce(e.actor_id, '')"


def _found(condition: str, *, join: str = "", evidence: str = _NO_EVIDENCE, count: str = "0") -> str:
    return _SEEN + _ROW.replace("{condition}", condition).replace("{join}", join).replace(
        "{evidence}", evidence
    ).replace("{count}", count)


def _beside(condition: str, *, order: str) -> str:
    """Join one other record of the same client, the first in *order*; the columns of it are e.seq, item, actor_id."""
    return f"""
        left join lateral (
            select o.seq, record_content(o.canonical)->'object'->>'id' as item, o.actor_id
              from records o
             where o.practice_id = %(practice_id)s and o.client_id = s.client_id and {condition}
             order by {order} limit 1
        ) e on true
    """


_AFTER_HOURS = f"""
    {_IS_STAFF}
    and (extract(isodow from s.occur_time at time zone %(time_zone)s) >= 6
         or (s.occur_time at time zone %(time_zone)s)::time < %(opens)s::time
         or (s.occur_time at time zone %(time_zone)s)::time >= %(closes)s::time)
"""

_OWN_RECORD = f"""
    {_IS_STAFF} and s.client_id is not null
    and (s.content->'actor'->>'client_id' = s.client_id::text
         or 'self' = any (string_to_array(s.content->'actor'->>'relation', ',')))
"""

_NO_RELATIONSHIP = f"""
    {_IS_STAFF} and s.client_id is not null and s.stage = 'complete' and s.operation not like 'audit.%%'
    and s.content->'actor'->>'relation' = 'none'
    and not exists (
        select 1 from records o
         where o.practice_id = %(practice_id)s and o.client_id = s.client_id and o.actor_id = s.actor_id
           and o.stage = 'complete' and o.operation = any (%(changes)s::text[])
           and o.occur_time between s.occur_time - make_interval(days => %(near_days)s)
                                and s.occur_time + make_interval(days => %(near_days)s))
"""

# Hours are counted whole, before the page is cut.
_BULK = (
    _SEEN
    + f"""
    , hours as (
        select max(s.seq) as seq, count(distinct s.client_id)::integer as clients from seen s
         where {_IS_STAFF} and s.client_id is not null and s.stage = 'complete'
         group by s.actor_id, date_trunc('hour', s.occur_time, 'UTC')
        having count(distinct s.client_id) >= %(threshold)s
    )
    select s.seq, coalesce(s.client_id::text, ''), s.actor_id, s.operation, s.stage, s.occur_time, s.content,
           {_NO_EVIDENCE}, h.clients
      from hours h join seen s using (seq)
     where h.seq < %(before)s
     order by h.seq desc limit %(limit)s
    """
)

_DENIED_BEFORE = _beside(
    """o.actor_id = s.actor_id and o.stage = 'denied'
       and o.occur_time between s.occur_time - make_interval(mins => %(within_min)s) and s.occur_time""",
    order="o.occur_time desc",
)

_CONFIDENTIALITY_CHANGED = _beside(
    """o.operation = 'booking.SetConfidential' and o.stage = 'complete' and o.occur_time <= s.occur_time
       and coalesce(record_content(o.canonical)->'object'->>'id', '') in ('', s.content->'object'->>'id')""",
    order="o.occur_time desc",
)

_REVIEW = _beside(
    """o.operation = 'booking.ReviewBreakGlass' and o.stage = 'complete'
       and record_content(o.canonical)->'object'->>'id' = s.content->'decision'->>'break_glass_id'""",
    order="o.seq desc",
)

_NEAREST_APPOINTMENT = _beside(
    """o.stage = 'complete' and o.operation = any (%(changes)s::text[])
       and o.occur_time between s.occur_time - make_interval(days => %(near_days)s)
                            and s.occur_time + make_interval(days => %(near_days)s)""",
    order="o.actor_id = s.actor_id desc, abs(extract(epoch from o.occur_time - s.occur_time)), o.seq",
)

_IS_PERSON = "s.content->'actor'->>'kind' = 'user'"

_STAFF_FACTS = """
    join people_facts f
      on f.practice_id = %(practice_id)s and f.kind = 'staff' and f.person_id = s.actor_id
"""

_CLIENT_FACTS = """
    join people_facts c
      on c.practice_id = %(practice_id)s and c.kind = 'client' and c.person_id = s.client_id::text
"""

# Who queries the trail about a client has not seen the client.
_HAS_LOOKED = f"{_IS_STAFF} and s.stage = 'complete' and s.operation not like 'audit.%%'"


def _shared(mark: str) -> str:
    """Find staff who opened a client with whom they share a mark, and the nearest appointment; not their own one."""
    return _found(
        f"{_HAS_LOOKED} and c.{mark} = f.{mark}"
        " and s.content->'actor'->>'client_id' is distinct from s.client_id::text",
        join=_STAFF_FACTS + _CLIENT_FACTS + _NEAREST_APPOINTMENT,
        evidence=_EVIDENCE,
    )


STATEMENTS: Final = {
    "who-saw-client": _found("s.stage = 'complete'"),
    "all-of-actor": _found("true"),
    "after-hours": _found(_AFTER_HOURS),
    "own-record": _found(_OWN_RECORD),
    "no-relationship": _found(_NO_RELATIONSHIP),
    "bulk": _BULK,
    "denied-then-allowed": _found(
        "s.stage = 'complete' and e.seq is not null", join=_DENIED_BEFORE, evidence=_EVIDENCE
    ),
    "failed": _found("s.stage in ('denied', 'error')"),
    "proxy-confidential": _found(
        "'proxy' = any (string_to_array(s.content->'actor'->>'relation', ',')) and e.seq is not null",
        join=_CONFIDENTIALITY_CHANGED,
        evidence=_EVIDENCE,
    ),
    "break-glass": _found("s.content->'decision'->>'break_glass_id' <> ''", join=_REVIEW, evidence=_EVIDENCE),
    "trail-queries": _found(f"s.operation like 'audit.%%' and {_IS_PERSON}"),
    "client-accesses": _found(f"s.stage = 'complete' and {_IS_PERSON}"),
    "disclosures": _found("jsonb_typeof(s.content->'disclosure') = 'object'"),
    "explain": _found("true", join=_NEAREST_APPOINTMENT, evidence=_EVIDENCE),
    "same-surname": _shared("family_mark"),
    "same-address": _shared("address_mark"),
    "same-phone": _shared("phone_mark"),
    "vip": _found(f"{_HAS_LOOKED} and c.is_vip", join=_CLIENT_FACTS + _NEAREST_APPOINTMENT, evidence=_EVIDENCE),
    "terminated-user": _found("f.leave_time <= s.occur_time", join=_STAFF_FACTS),
    "break-glass-unreviewed": _found(
        "s.content->'decision'->>'break_glass_id' <> '' and e.seq is null", join=_REVIEW, evidence=_EVIDENCE
    ),
    "privileges": _found("s.operation = any (%(privileges)s::text[])"),
}
"""By the report's name; `{scope}` is filled with the conditions on r that the question makes."""
