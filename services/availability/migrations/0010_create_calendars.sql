-- What a calendar adds to weekly hours, and what a session type asks for besides. The directory's version counts
-- changes of everything in this file, too.

-- Weekly hours gain four members at the end, which older rows have not: every how many weeks, the anchor's Monday,
-- the first and the last date. Dates are "YYYY-MM-DD" or "".

alter table session_types
    add column is_self_bookable boolean not null default true,
    add column is_same_day_allowed boolean not null default true,
    add column load_weight smallint not null default 1,
    add column capacity smallint not null default 1,
    add column needs_room boolean not null default true,
    add constraint session_types_load_check check (load_weight between 1 and 10),
    add constraint session_types_capacity_check check (capacity between 1 and 30);

create table overrides (
    practice_id uuid not null,
    therapist_id uuid not null,
    local_date date not null,
    is_extension boolean not null,
    -- [[start_min, end_min, site_id or "", [modality, ...]], ...], minutes of the local day.
    hours jsonb not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint overrides_pkey primary key (practice_id, therapist_id, local_date),
    constraint overrides_schedule_fkey foreign key (practice_id, therapist_id)
        references schedules (practice_id, therapist_id)
);

create table travels (
    practice_id uuid not null,
    travel_id uuid not null,
    therapist_id uuid not null,
    during daterange not null,
    time_zone text not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint travels_pkey primary key (practice_id, travel_id),
    constraint travels_schedule_fkey foreign key (practice_id, therapist_id)
        references schedules (practice_id, therapist_id),
    -- Nobody is in two places on one day.
    constraint travels_during_excl exclude using gist (therapist_id with =, practice_id with =, during with &&)
);

create table closures (
    practice_id uuid not null,
    closure_id uuid not null,
    site_id uuid,
    from_date date not null,
    to_date date not null,
    display_name text not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint closures_pkey primary key (practice_id, closure_id),
    constraint closures_site_fkey foreign key (practice_id, site_id) references sites (practice_id, site_id),
    constraint closures_days_check check (from_date <= to_date)
);

create table holiday_calendars (
    practice_id uuid not null,
    -- The zero id stands for the practice itself.
    site_id uuid not null,
    country text not null,
    subdivision text not null,
    worked_dates date[] not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint holiday_calendars_pkey primary key (practice_id, site_id)
);

create index time_offs_therapist_idx on time_offs (practice_id, therapist_id, start_time, time_off_id);

select kept_protect('overrides');
select kept_protect('travels');
select kept_protect('closures');
select kept_protect('holiday_calendars');
