-- What limits new claims beside hours: caps, travel, equipment, reserved capacity; and several people in one claim.

alter table session_types
    add column if not exists load_weight smallint not null default 1,
    add column is_intake boolean not null default false,
    add column is_crisis boolean not null default false,
    add column equipment_kinds text[] not null default '{}';

-- One row a therapist; 0 means no such cap. Who claims time of a capped therapist holds an advisory lock on them until
-- the commit, and counts what the ledger has: no counter can drift from it.
create table therapist_caps (
    practice_id uuid not null,
    therapist_id uuid not null,
    max_sessions_day integer not null,
    max_sessions_week integer not null,
    max_minutes_day integer not null,
    max_minutes_week integer not null,
    max_load_day integer not null,
    max_load_week integer not null,
    max_consecutive integer not null,
    break_min integer not null,
    max_intakes_week integer not null,
    crisis_cool_down_min integer not null,
    update_time timestamptz not null default now(),
    constraint therapist_caps_pkey primary key (practice_id, therapist_id),
    constraint therapist_caps_schedule_fkey foreign key (practice_id, therapist_id)
        references schedules (practice_id, therapist_id)
);

create table equipment (
    practice_id uuid not null,
    equipment_id uuid not null,
    site_id uuid not null,
    kind text not null,
    display_name text not null,
    update_time timestamptz not null default now(),
    constraint equipment_pkey primary key (practice_id, equipment_id),
    constraint equipment_site_fkey foreign key (practice_id, site_id) references sites (practice_id, site_id)
);

-- One row a pair of sites, the lower id first.
create table travel_times (
    practice_id uuid not null,
    site_id uuid not null,
    other_site_id uuid not null,
    minutes integer not null,
    update_time timestamptz not null default now(),
    constraint travel_times_pkey primary key (practice_id, site_id, other_site_id),
    constraint travel_times_order_check check (site_id < other_site_id),
    constraint travel_times_site_fkey foreign key (practice_id, site_id) references sites (practice_id, site_id),
    constraint travel_times_other_fkey foreign key (practice_id, other_site_id) references sites (practice_id, site_id)
);

create table reservations (
    practice_id uuid not null,
    reservation_id uuid not null,
    -- Null means every therapist.
    therapist_id uuid,
    weekday smallint not null,
    start_min integer not null,
    end_min integer not null,
    audience smallint not null,
    release_hours integer not null,
    update_time timestamptz not null default now(),
    constraint reservations_pkey primary key (practice_id, reservation_id),
    constraint reservations_schedule_fkey foreign key (practice_id, therapist_id)
        references schedules (practice_id, therapist_id),
    constraint reservations_stretch_check check (weekday between 1 and 7 and start_min < end_min)
);

-- Every time staff passed over a limit: which one, and why. Kept beside the audit trail, which tells by whom as well.
create table cap_overrides (
    practice_id uuid not null,
    override_id uuid not null,
    claim_id uuid not null,
    therapist_id uuid not null,
    cap text not null,
    cap_limit integer not null,
    reason text not null,
    actor_id text not null,
    create_time timestamptz not null default now(),
    constraint cap_overrides_pkey primary key (practice_id, override_id),
    constraint cap_overrides_claim_fkey foreign key (practice_id, claim_id) references claims (practice_id, claim_id),
    constraint cap_overrides_reason_check check (length(reason) between 1 and 200)
);
create index cap_overrides_claim_idx on cap_overrides (practice_id, claim_id);

alter table claims
    add column extra_client_ids uuid[] not null default '{}',
    add column extra_therapist_ids uuid[] not null default '{}',
    add column equipment_ids uuid[] not null default '{}',
    -- Resources that were taken already and are taken again in lane 1.
    add column overbooked_ids uuid[] not null default '{}',
    add column is_high_need boolean not null default false,
    add column is_by_staff boolean not null default true;
create index claims_held_idx on claims (practice_id, client_id) where state = 'held' and not is_by_staff;

select kept_protect('therapist_caps');
select kept_protect('equipment');
select kept_protect('travel_times');
select kept_protect('reservations');
select kept_protect('cap_overrides');
