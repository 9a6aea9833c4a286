-- What a practice publishes: where it works, what it offers, who works when.

-- One row a practice: counts changes of everything in this file. A cache of the directory is valid for one version,
-- and who changes the directory locks this row, so two changes can't take the same number.
create table directories (
    practice_id uuid not null,
    version bigint not null,
    constraint directories_pkey primary key (practice_id),
    constraint directories_version_check check (version >= 1)
);

create table sites (
    practice_id uuid not null,
    site_id uuid not null,
    display_name text not null,
    time_zone text not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint sites_pkey primary key (practice_id, site_id)
);

create table rooms (
    practice_id uuid not null,
    room_id uuid not null,
    site_id uuid not null,
    display_name text not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint rooms_pkey primary key (practice_id, room_id),
    constraint rooms_site_fkey foreign key (practice_id, site_id) references sites (practice_id, site_id)
);

create table session_types (
    practice_id uuid not null,
    session_type_id uuid not null,
    display_name text not null,
    length_min integer not null,
    buffer_before_min integer not null,
    buffer_after_min integer not null,
    notice_min integer not null,
    horizon_days integer not null,
    grid_min integer not null,
    modalities smallint[] not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint session_types_pkey primary key (practice_id, session_type_id),
    constraint session_types_length_check check (length_min between 5 and 480),
    constraint session_types_buffers_check check (
        buffer_before_min between 0 and 120 and buffer_after_min between 0 and 120
    )
);
create index session_types_name_idx on session_types (practice_id, display_name, session_type_id);

create table schedules (
    practice_id uuid not null,
    therapist_id uuid not null,
    time_zone text not null,
    -- [[weekday, start_min, end_min, site_id or "", [modality, ...]], ...], minutes of the local day.
    weekly_hours jsonb not null,
    session_type_ids uuid[] not null,
    version bigint not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint schedules_pkey primary key (practice_id, therapist_id),
    constraint schedules_version_check check (version >= 1)
);

select kept_protect('directories');
select kept_protect('sites');
select kept_protect('rooms');
select kept_protect('session_types');
select kept_protect('schedules');
