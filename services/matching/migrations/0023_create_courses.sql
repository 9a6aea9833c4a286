-- Sessions that took place, one row each: hearing of one twice counts it once.
create table course_sessions (
    practice_id uuid not null,
    appointment_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    session_time timestamptz not null,
    constraint course_sessions_pkey primary key (practice_id, appointment_id)
);
create index course_sessions_pair_idx on course_sessions (practice_id, client_id, therapist_id, session_time);

-- How well a therapist fits, as the client says it: sealed under their key. A row without an answer has been asked for.
create table course_fits (
    practice_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    ask_time timestamptz not null,
    rating_sealed bytea,
    constraint course_fits_pkey primary key (practice_id, client_id, therapist_id)
);

select kept_protect('course_sessions');
select kept_protect('course_fits');
