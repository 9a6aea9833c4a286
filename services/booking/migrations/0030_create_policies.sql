-- Rules of a practice: processes remember them for one version.
create table practice_rules (
    practice_id uuid not null,
    version bigint not null,
    constraint practice_rules_pkey primary key (practice_id)
);

-- What is agreed with clients; the nil session type is the practice's default.
create table policies (
    practice_id uuid not null,
    session_type_id uuid not null,
    late_cancel_h integer not null,
    late_cancel_fee_minor bigint not null,
    no_show_fee_minor bigint not null,
    currency text not null,
    forgives_first boolean not null,
    forgives_illness boolean not null,
    forgives_crisis boolean not null,
    confirm_by_h integer not null,
    card smallint not null,
    consent smallint not null,
    visits smallint not null,
    constraint policies_pkey primary key (practice_id, session_type_id)
);

-- Fees are proposed and decided about; nothing here charges anybody.
create table fees (
    practice_id uuid not null,
    fee_id uuid not null,
    client_id uuid not null,
    appointment_id uuid not null,
    kind text not null,
    amount_minor bigint not null,
    currency text not null,
    state text not null,
    reason text not null,
    decide_actor_id text not null,
    create_time timestamptz not null,
    version bigint not null,
    constraint fees_pkey primary key (practice_id, fee_id),
    constraint fees_amount_check check (amount_minor > 0),
    constraint fees_state_check check (state in ('PROPOSED', 'WAIVED', 'ACCEPTED'))
);
create index fees_client_idx on fees (practice_id, client_id, create_time, fee_id);
create index fees_time_idx on fees (practice_id, create_time, fee_id);
create index fees_appointment_idx on fees (practice_id, appointment_id);

-- What clients have given of what is asked for.
create table requirements (
    practice_id uuid not null,
    client_id uuid not null,
    kind text not null,
    record_time timestamptz not null,
    expire_time timestamptz,
    actor_id text not null,
    constraint requirements_pkey primary key (practice_id, client_id, kind)
);

create table authorisations (
    practice_id uuid not null,
    authorisation_id uuid not null,
    client_id uuid not null,
    visit_count integer not null,
    used_count integer not null,
    from_date date not null,
    to_date date not null,
    session_type_ids uuid[] not null,
    forbids_fees boolean not null,
    constraint authorisations_pkey primary key (practice_id, authorisation_id),
    constraint authorisations_days_check check (from_date <= to_date),
    constraint authorisations_used_check check (used_count >= 0)
);
create index authorisations_client_idx on authorisations (practice_id, client_id, from_date);

-- One row a counted session: counting twice is counting once.
create table authorised_visits (
    practice_id uuid not null,
    appointment_id uuid not null,
    authorisation_id uuid not null,
    constraint authorised_visits_pkey primary key (practice_id, appointment_id),
    constraint authorised_visits_authorisation_fkey
        foreign key (practice_id, authorisation_id) references authorisations (practice_id, authorisation_id)
);

alter table appointments
    add column warnings text[],
    add column confirm_by_time timestamptz,
    add column overdue_time timestamptz,
    add column is_confidential boolean not null default false,
    add column has_participants boolean not null default false,
    add column restores_appointment_id uuid;
-- A cancelled appointment comes back once.
create unique index appointments_restores_key on appointments (practice_id, restores_appointment_id)
    where restores_appointment_id is not null;
create index appointments_overdue_idx on appointments (confirm_by_time)
    where confirm_by_time is not null and overdue_time is null and state = 'BOOKED';

alter table appointment_changes add column reason text not null default '';

-- Ids of appointments whose confirmation is overdue and untold, in any practice.
create function confirmations_overdue(batch integer) returns table (practice_id uuid, appointment_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select a.practice_id, a.appointment_id
  from public.appointments a
 where a.confirm_by_time <= now() and a.overdue_time is null and a.state = 'BOOKED' and a.start_time > now()
 order by a.confirm_by_time
 limit batch
$$;
do $$
begin
    revoke all on function confirmations_overdue(integer) from public;
    execute format('grant execute on function confirmations_overdue(integer) to %I', kept_role('server'));
end
$$;

select kept_protect('practice_rules');
select kept_protect('policies');
select kept_protect('fees');
select kept_protect('requirements');
select kept_protect('authorisations');
select kept_protect('authorised_visits');
