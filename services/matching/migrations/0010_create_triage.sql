-- The key each client's intake is sealed under, wrapped by the keyring: erase it and every answer is noise.
create table client_keys (
    practice_id uuid not null,
    client_id uuid not null,
    wrapped_key bytea not null,
    constraint client_keys_pkey primary key (practice_id, client_id)
);

-- Screenings: instrument, answers and what they came to are ciphertext; nothing here but ids and times is plain.
create table screenings (
    practice_id uuid not null,
    screening_id uuid not null,
    client_id uuid not null,
    answers_sealed bytea not null,
    result_sealed bytea not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint screenings_pkey primary key (practice_id, screening_id),
    constraint screenings_client_fkey
        foreign key (practice_id, client_id) references client_keys (practice_id, client_id)
);
create index screenings_client_idx on screenings (practice_id, client_id, screening_id);

-- Flags: a row says that a client may be in danger, and nothing of what they answered. States and reasons are the
-- contract's numbers: 1 raised, 2 acknowledged, 3 closed.
create table crisis_flags (
    practice_id uuid not null,
    flag_id uuid not null,
    client_id uuid not null,
    state smallint not null,
    cause smallint not null,
    raise_time timestamptz not null,
    acknowledge_actor_id text not null,
    acknowledge_time timestamptz,
    close_actor_id text not null,
    close_time timestamptz,
    outcome smallint not null,
    version bigint not null,
    constraint crisis_flags_pkey primary key (practice_id, flag_id),
    constraint crisis_flags_state_check check (state between 1 and 3),
    -- Nothing settles a flag without a name and a time; nothing closes one without a reason.
    constraint crisis_flags_acknowledged_check check (
        (state = 1) = (acknowledge_time is null) and (state = 1) = (acknowledge_actor_id = '')
    ),
    constraint crisis_flags_closed_check check (
        (state = 3) = (close_time is not null) and (state = 3) = (close_actor_id <> '') and (state = 3) = (outcome > 0)
    )
);
create index crisis_flags_state_idx on crisis_flags (practice_id, state, flag_id);
create index crisis_flags_raised_idx on crisis_flags (practice_id, client_id) where state = 1;

select kept_protect('client_keys');
select kept_protect('screenings');
select kept_protect('crisis_flags');
