-- Who suits whom: therapist profiles, caseloads, and stored match runs.

create table therapist_profiles (
    practice_id uuid not null,
    therapist_id uuid not null,
    display_name text not null check (char_length(display_name) between 1 and 120),
    licensed_regions text[] not null,
    specialties text[] not null,
    languages text[] not null,
    insurers text[] not null,
    youngest_age int not null,
    oldest_age int not null,
    modalities int[] not null,
    is_accepting boolean not null,
    capacity int not null,
    version bigint not null,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint therapist_profiles_pkey primary key (practice_id, therapist_id),
    constraint therapist_profiles_ages_check check (0 <= youngest_age and youngest_age <= oldest_age and oldest_age <= 120),
    constraint therapist_profiles_capacity_check check (capacity between 0 and 500)
);
create index therapist_profiles_name_idx on therapist_profiles (practice_id, display_name, therapist_id);
select kept_protect('therapist_profiles');

-- One row per therapist and client with an appointment ahead or behind: the caseload is their count.
create table caseload_clients (
    practice_id uuid not null,
    therapist_id uuid not null,
    client_id uuid not null,
    since_time timestamptz not null default now(),
    constraint caseload_clients_pkey primary key (practice_id, therapist_id, client_id)
);
select kept_protect('caseload_clients');

-- A run is kept whole, so that it can be shown and replayed: ids, codes and weights, no free text.
create table matches (
    practice_id uuid not null,
    match_id uuid not null,
    client_id uuid not null,
    answer bytea not null,
    weights_version text not null,
    create_time timestamptz not null,
    constraint matches_pkey primary key (practice_id, match_id)
);
create index matches_client_idx on matches (practice_id, client_id, create_time desc);
select kept_protect('matches');
