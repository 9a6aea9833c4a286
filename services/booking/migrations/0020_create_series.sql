-- Series: standing hours. The rule counts from start_local on the wall clock of time_zone.
create table series (
    practice_id uuid not null,
    series_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    session_type_id uuid not null,
    modality smallint not null,
    rule text not null,
    start_local text not null,
    time_zone text not null,
    horizon_days smallint not null,
    state text not null,
    -- The first day, on the series' clock, that is not booked yet.
    booked_until_date date not null,
    pause_from_date date,
    pause_to_date date,
    keeps_time boolean not null default false,
    -- When the next look at the horizon is due; null when the rule has ended or the series was called off.
    top_up_time timestamptz,
    version bigint not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    create_actor_id text not null,
    constraint series_pkey primary key (practice_id, series_id),
    constraint series_client_fkey foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint series_state_check check (state in ('ACTIVE', 'PAUSED', 'CANCELLED')),
    constraint series_horizon_check check (horizon_days between 1 and 366),
    constraint series_pause_check check (
        (state = 'PAUSED') = (pause_from_date is not null) and (pause_from_date is null) = (pause_to_date is null)
        and (pause_from_date is null or pause_from_date < pause_to_date)
    ),
    constraint series_version_check check (version >= 1)
);
create index series_client_idx on series (practice_id, client_id, create_time, series_id);
create index series_therapist_idx on series (practice_id, therapist_id, create_time, series_id);
create index series_due_idx on series (top_up_time) where top_up_time is not null;

-- Occurrences: one row for each time a rule names, exceptions too. Where one takes place stands in its appointment;
-- the key is the time the rule has, as RECURRENCE-ID in RFC 5545.
create table series_occurrences (
    practice_id uuid not null,
    series_id uuid not null,
    original_start_local text not null,
    -- The instant of that time, as the rule has it.
    start_time timestamptz not null,
    fate text not null,
    appointment_id uuid,
    conflict_reason text,
    conflict_message text,
    -- The slot that was free instead when it could not be placed: therapist, instants, wall time, modality and site.
    alternative jsonb,
    has_first_refusal boolean not null default false,
    constraint series_occurrences_pkey primary key (practice_id, series_id, original_start_local),
    constraint series_occurrences_appointment_key unique (practice_id, appointment_id),
    constraint series_occurrences_series_fkey
        foreign key (practice_id, series_id) references series (practice_id, series_id),
    constraint series_occurrences_appointment_fkey
        foreign key (practice_id, appointment_id) references appointments (practice_id, appointment_id),
    constraint series_occurrences_fate_check check (fate in ('BOOKED', 'CONFLICT', 'PAUSED', 'DISMISSED')),
    constraint series_occurrences_whole_check check (
        (fate <> 'BOOKED' or appointment_id is not null) and (fate = 'CONFLICT') = (conflict_reason is not null)
    )
);
create index series_occurrences_conflict_idx
    on series_occurrences (practice_id, start_time, series_id, original_start_local) where fate = 'CONFLICT';

select kept_protect('series');
select kept_protect('series_occurrences');

-- Ids of series whose horizon is due to be looked at, in any practice.
create function series_due(batch integer) returns table (practice_id uuid, series_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select s.practice_id, s.series_id
  from public.series s
 where s.top_up_time <= now()
 order by s.top_up_time
 limit batch
$$;

do $$
begin
    execute 'revoke all on function series_due(integer) from public';
    execute format('grant execute on function series_due(integer) to %I', kept_role('server'));
end
$$;
