create table follow_up_rules (
    practice_id uuid not null,
    rule_id uuid not null,
    trigger text not null,
    session_type_id uuid,
    every_sessions integer not null,
    kind text not null,
    due_in_days integer not null,
    answer_session_type_id uuid,
    constraint follow_up_rules_pkey primary key (practice_id, rule_id)
);

create table follow_ups (
    practice_id uuid not null,
    follow_up_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    kind text not null,
    due_date date not null,
    state text not null,
    dismiss_reason text not null,
    cause_appointment_id uuid,
    answer_session_type_id uuid,
    create_time timestamptz not null,
    version bigint not null,
    constraint follow_ups_pkey primary key (practice_id, follow_up_id),
    constraint follow_ups_state_check check (state in ('OPEN', 'BOOKED', 'DISMISSED'))
);
-- A client has at most one open follow-up of a kind with a therapist: opening twice is opening once.
create unique index follow_ups_open_key on follow_ups (practice_id, client_id, therapist_id, kind) where state = 'OPEN';
create index follow_ups_due_idx on follow_ups (practice_id, state, due_date, follow_up_id);

-- How often a client and a therapist agreed to meet.
create table cadences (
    practice_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    every_days integer not null,
    lead_days integer not null,
    since_time timestamptz not null,
    constraint cadences_pkey primary key (practice_id, client_id, therapist_id)
);

-- Agreed cadences whose gap is near and for which nothing is booked nor prompted, in any practice.
-- Sessions kept or still agreed count; cancelled and missed ones don't.
create function cadences_due(batch integer)
    returns table (practice_id uuid, client_id uuid, therapist_id uuid, due_date date)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.client_id, c.therapist_id, (seen.last_time + make_interval(days => c.every_days))::date
  from public.cadences c
 cross join lateral (
    select coalesce(max(a.start_time), c.since_time) as last_time
      from public.appointments a
     where a.practice_id = c.practice_id and a.client_id = c.client_id and a.therapist_id = c.therapist_id
       and a.state not in ('CANCELLED', 'NO_SHOW', 'ABANDONED')
 ) seen
 where seen.last_time + make_interval(days => c.every_days - c.lead_days) <= now()
   and not exists (
        select from public.follow_ups f
         where f.practice_id = c.practice_id and f.client_id = c.client_id and f.therapist_id = c.therapist_id
           and f.kind = 'CADENCE'
           and (f.state = 'OPEN' or f.create_time > seen.last_time + make_interval(days => c.every_days - c.lead_days))
   )
 order by 4
 limit batch
$$;
do $$
begin
    revoke all on function cadences_due(integer) from public;
    execute format('grant execute on function cadences_due(integer) to %I', kept_role('server'));
end
$$;

select kept_protect('follow_up_rules');
select kept_protect('follow_ups');
select kept_protect('cadences');
