-- What rules find in the trail, what of it a human has to look at, and what they decided.

-- What is known of people beside the trail: keyed hashes, flags and ends, never a name, an address or a number.
create table people_facts (
    practice_id uuid not null,
    kind text not null,
    person_id text not null,
    family_mark text,
    address_mark text,
    phone_mark text,
    is_vip boolean not null default false,
    -- When somebody of the staff left.
    leave_time timestamptz,
    version bigint not null,
    constraint people_facts_pkey primary key (practice_id, kind, person_id),
    constraint people_facts_kind_check check (kind in ('client', 'staff'))
);
select kept_protect('people_facts');

-- How a practice is watched. Without a row: its hours are not watched, for nobody knows its clock.
create table watch_settings (
    practice_id uuid not null,
    time_zone text not null default '',
    opens text not null default '08:00',
    closes text not null default '18:00',
    bulk_clients integer not null default 30,
    version bigint not null default 1,
    constraint watch_settings_pkey primary key (practice_id)
);
select kept_protect('watch_settings');

-- How far the rules have come in each tree.
create table rule_positions (
    practice_id uuid not null,
    next_seq bigint not null default 0,
    run_time timestamptz not null,
    constraint rule_positions_pkey primary key (practice_id)
);
select kept_protect('rule_positions');

create table cases (
    practice_id uuid not null,
    case_id uuid not null,
    rule text not null,
    severity text not null,
    state text not null,
    actor_id text not null,
    client_id uuid,
    subject_id text not null default '',
    findings integer not null,
    first_seq bigint not null,
    last_seq bigint not null,
    assignee_id text not null default '',
    outcome text not null default '',
    decided_by text not null default '',
    signed_off_by text not null default '',
    due_time timestamptz not null,
    create_time timestamptz not null,
    close_time timestamptz,
    version bigint not null default 1,
    constraint cases_pkey primary key (practice_id, case_id),
    constraint cases_state_check check (state in ('OPEN', 'ASSIGNED', 'AWAITS_SIGN_OFF', 'CLOSED')),
    constraint cases_severity_check check (severity in ('LOW', 'MEDIUM', 'HIGH')),
    constraint cases_outcome_check check (outcome in ('', 'JUSTIFIED', 'VIOLATION', 'INCONCLUSIVE', 'SETTLED')),
    constraint cases_close_check check ((state = 'CLOSED') = (close_time is not null)),
    -- A severe outcome is two people's.
    constraint cases_sign_off_check check (
        state <> 'CLOSED' or severity <> 'HIGH' or outcome = 'SETTLED'
        or (signed_off_by <> '' and signed_off_by <> decided_by and signed_off_by <> actor_id))
);
-- What is found while a case about the same is open belongs to it.
create unique index cases_open_key
    on cases (practice_id, rule, actor_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000'), subject_id)
 where state <> 'CLOSED';
create index cases_queue_idx on cases (practice_id, due_time, case_id);
select kept_protect('cases');

create table findings (
    practice_id uuid not null,
    rule text not null,
    finding_key text not null,
    seq bigint not null,
    occur_time timestamptz not null,
    actor_id text not null,
    client_id uuid,
    explanation text not null default '',
    evidence_seq bigint,
    evidence_id text not null default '',
    case_id uuid,
    find_time timestamptz not null,
    constraint findings_pkey primary key (practice_id, rule, finding_key),
    constraint findings_case_fkey foreign key (practice_id, case_id) references cases,
    constraint findings_seen_check check (explanation <> '' or case_id is not null)
);
create index findings_seq_idx on findings (practice_id, seq desc, rule);
create index findings_case_idx on findings (practice_id, case_id, seq desc);
select kept_protect('findings');

-- Every step of a case, for good.
create table case_steps (
    practice_id uuid not null,
    case_id uuid not null,
    version bigint not null,
    step text not null,
    actor_id text not null,
    step_time timestamptz not null,
    constraint case_steps_pkey primary key (practice_id, case_id, version),
    constraint case_steps_case_fkey foreign key (practice_id, case_id) references cases
);
select kept_protect('case_steps');

-- Weeks in numbers; made once.
create table digests (
    practice_id uuid not null,
    digest_id uuid not null,
    week text not null,
    from_time timestamptz not null,
    to_time timestamptz not null,
    lines jsonb not null,
    create_time timestamptz not null,
    constraint digests_pkey primary key (practice_id, digest_id),
    constraint digests_week_key unique (practice_id, week)
);
select kept_protect('digests');

-- The record of arranging or keeping an appointment of the client that is nearest: whoever's *by* is first.
create function appointment_near(practice uuid, client uuid, by text, at timestamptz, days integer)
    returns table (seq bigint, item text, operation text)
    language sql stable
    as $$
select o.seq, coalesce(record_content(o.canonical)->'object'->>'id', ''), o.operation
  from records o
 where o.practice_id = practice and o.client_id = client and o.stage = 'complete'
   and o.operation = any ('{booking.BookAppointment,booking.ConfirmAppointment,booking.RescheduleAppointment,
       booking.CancelAppointment,booking.CheckInAppointment,booking.StartAppointment,booking.CompleteAppointment,
       booking.MarkNoShow,booking.UndoAppointmentChange,booking.JoinAppointment,booking.RegisterClient}'::text[])
   and o.occur_time between at - make_interval(days => days) and at + make_interval(days => days)
 order by o.actor_id = by desc, abs(extract(epoch from o.occur_time - at)), o.seq
 limit 1
$$;

-- What makes an access legitimate, if anything does: the relation it rested on, a policy that is for whoever is near, or
-- an appointment. No row when nothing does.
create function explained(
    practice uuid, client uuid, by text, relation text, policies jsonb, at timestamptz, days integer
)
    returns table (explanation text, evidence_seq bigint, evidence_id text)
    language plpgsql stable
    as $$
declare
    held text;
begin
    select r into held from unnest(string_to_array(relation, ',')) r where r in ('care_team', 'cover', 'self', 'author') limit 1;
    if held is not null then
        return query select 'relation'::text, null::bigint, held;
        return;
    end if;
    select p into held from jsonb_array_elements_text(policies) p
     where p in ('staff-answers-alarms', 'anyone-near-raises-alarms') limit 1;
    if held is not null then
        return query select 'policy'::text, null::bigint, held;
        return;
    end if;
    return query
        select case when near.operation = 'booking.RegisterClient' then 'registration' else 'appointment' end,
               near.seq, near.item
          from appointment_near(practice, client, by, at, days) near;
end
$$;

-- The review of an emergency, if there was one.
create function reviewed(practice uuid, client uuid, glass text) returns table (seq bigint, actor_id text)
    language sql stable
    as $$
select o.seq, o.actor_id from records o
 where o.practice_id = practice and o.client_id = client and o.stage = 'complete'
   and o.operation = 'booking.ReviewBreakGlass' and record_content(o.canonical)->'object'->>'id' = glass
 order by o.seq limit 1
$$;

-- Practices whose tree grew since the rules went through it, or that have something open; longest ago first.
create function trees_to_watch(batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select h.practice_id from public.heads h left join public.rule_positions p using (practice_id)
 where h.size > coalesce(p.next_seq, 0)
    or exists (select from public.cases c where c.practice_id = h.practice_id and c.state = 'OPEN')
 order by p.run_time nulls first limit batch
$$;

-- Practices that lack the digest of a week.
create function digests_missing(name text, batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select h.practice_id from public.heads h
 where h.practice_id <> '00000000-0000-0000-0000-000000000000'
   and not exists (select from public.digests d where d.practice_id = h.practice_id and d.week = name)
 limit batch
$$;

-- How many cases wait, of all practices.
create function cases_open() returns table (severity text, open bigint, overdue bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.severity, count(*), count(*) filter (where c.due_time < now())
  from public.cases c where c.state <> 'CLOSED' group by 1
$$;

do $$
declare
    name text;
begin
    foreach name in array array['trees_to_watch(integer)', 'digests_missing(text, integer)', 'cases_open()'] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
    execute format('revoke delete on cases, findings, case_steps, digests from %I', kept_role('server'));
    execute format('revoke update on case_steps, digests from %I', kept_role('server'));
end
$$;
