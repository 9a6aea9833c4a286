-- Hours that only some may book until so many days before; then they are open to everybody.

create table priority_windows (
    practice_id uuid not null,
    window_id uuid not null,
    -- Null means every therapist, every session type.
    therapist_id uuid,
    session_type_id uuid,
    audiences smallint[] not null,
    open_days integer not null,
    update_time timestamptz not null default now(),
    constraint priority_windows_pkey primary key (practice_id, window_id),
    constraint priority_windows_schedule_fkey foreign key (practice_id, therapist_id)
        references schedules (practice_id, therapist_id),
    constraint priority_windows_type_fkey foreign key (practice_id, session_type_id)
        references session_types (practice_id, session_type_id),
    constraint priority_windows_days_check check (open_days between 1 and 365 and cardinality(audiences) >= 1)
);

select kept_protect('priority_windows');
