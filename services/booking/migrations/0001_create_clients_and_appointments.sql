-- Clients: who receives care. Personal fields hold ciphertext under the client's own key, never plain text.
create table clients (
    practice_id uuid not null,
    client_id uuid not null,
    -- The client's data key, wrapped by the keyring: erase it and every personal field is noise.
    wrapped_key bytea not null,
    given_name bytea not null,
    family_name bytea not null,
    birth_date bytea,
    email bytea,
    phone bytea,
    -- Keyed hashes of the normal forms: they answer "who has exactly this address?" and nothing else.
    email_index bytea,
    phone_index bytea,
    time_zone text not null,
    version bigint not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    constraint clients_pkey primary key (practice_id, client_id),
    constraint clients_email_key unique (practice_id, email_index),
    constraint clients_version_check check (version >= 1)
);
create index clients_phone_idx on clients (practice_id, phone_index) where phone_index is not null;

-- Appointments: what was agreed. A booking is one row here; later steps add rows to appointment_changes.
-- No foreign key to clients: it would lock and rewrite the client's row at every booking. The insert itself
-- selects the client in the same transaction, and clients are never deleted.
create table appointments (
    practice_id uuid not null,
    appointment_id uuid not null,
    state text not null,
    client_id uuid,
    therapist_id uuid,
    session_type_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    start_local text,
    time_zone text,
    fold smallint,
    tzdata_version text,
    modality smallint,
    site_id uuid,
    room_id uuid,
    -- The ledger's version of the claim this row stands for.
    claim_version bigint,
    -- Moves up to this ledger version were taken back: a late reschedule that rests on one is refused.
    abandoned_claim_version bigint,
    cancelled_by text,
    is_late_cancellation boolean not null default false,
    version bigint not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    create_actor_id text not null,
    constraint appointments_pkey primary key (practice_id, appointment_id),
    constraint appointments_state_check check (
        state in ('BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'ABANDONED')
    ),
    constraint appointments_whole_check check (
        state = 'ABANDONED'
        or (
            client_id is not null and therapist_id is not null and session_type_id is not null
            and start_time < end_time and start_local is not null and time_zone is not null
            and tzdata_version is not null and modality is not null and claim_version is not null
        )
    ),
    constraint appointments_cancelled_check check ((state = 'CANCELLED') = (cancelled_by is not null)),
    constraint appointments_version_check check (version >= 1)
);
create index appointments_client_idx on appointments (practice_id, client_id, start_time, appointment_id);
create index appointments_therapist_idx on appointments (practice_id, therapist_id, start_time, appointment_id);
create index appointments_start_idx on appointments (practice_id, start_time, appointment_id);

-- Steps after the first; the first is told by the appointment's create columns.
create table appointment_changes (
    practice_id uuid not null,
    appointment_id uuid not null,
    version bigint not null,
    state text not null,
    previous_start_time timestamptz not null,
    start_time timestamptz not null,
    actor_id text not null,
    change_time timestamptz not null,
    constraint appointment_changes_pkey primary key (practice_id, appointment_id, version),
    constraint appointment_changes_appointment_fkey
        foreign key (practice_id, appointment_id) references appointments (practice_id, appointment_id),
    constraint appointment_changes_version_check check (version >= 2)
);

-- Care team: which therapists look after which client.
create table care_team (
    practice_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    since_time timestamptz not null,
    constraint care_team_pkey primary key (practice_id, client_id, therapist_id),
    constraint care_team_client_fkey
        foreign key (practice_id, client_id) references clients (practice_id, client_id)
);

select kept_protect('clients');
select kept_protect('appointments');
select kept_protect('appointment_changes');
select kept_protect('care_team');
