-- The absence workflow: a case, its affected appointments, what each client is offered, what they are told.

create table absence_cases (
    practice_id uuid not null,
    absence_id uuid not null,
    therapist_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    approved_wording_version integer not null default 0,
    create_time timestamptz not null,
    constraint absence_cases_pkey primary key (practice_id, absence_id),
    constraint absence_cases_interval_check check (start_time < end_time)
);
create index absence_cases_therapist_idx on absence_cases (practice_id, therapist_id, end_time);
create index absence_cases_page_idx on absence_cases (practice_id, create_time, absence_id);

-- What clients are told. A row is never changed but by its approval.
create table absence_wordings (
    practice_id uuid not null,
    absence_id uuid not null,
    wording_version integer not null,
    body text not null,
    author_id text not null,
    create_time timestamptz not null,
    approve_actor_id text not null default '',
    approve_time timestamptz,
    constraint absence_wordings_pkey primary key (practice_id, absence_id, wording_version),
    constraint absence_wordings_case_fkey foreign key (practice_id, absence_id)
        references absence_cases (practice_id, absence_id),
    constraint absence_wordings_body_check check (length(body) between 1 and 500)
);

create table affected_appointments (
    practice_id uuid not null,
    absence_id uuid not null,
    appointment_id uuid not null,
    -- Null while the time is held and not booked yet.
    client_id uuid,
    session_type_id uuid,
    start_time timestamptz not null,
    need_rank integer not null,
    -- Why: high need, crisis, days without a session, weight.
    need jsonb not null,
    state text not null,
    kinds text[] not null default '{}',
    answer_h integer not null default 24,
    round integer not null default 0,
    note text not null default '',
    is_escalated boolean not null default false,
    escalate_time timestamptz not null,
    -- When something is to be done about it; null when nothing is.
    look_time timestamptz,
    settle_time timestamptz,
    version bigint not null,
    constraint affected_appointments_pkey primary key (practice_id, absence_id, appointment_id),
    constraint affected_appointments_case_fkey foreign key (practice_id, absence_id)
        references absence_cases (practice_id, absence_id),
    constraint affected_appointments_state_check check (
        state in (
            'PENDING', 'OPEN', 'ASKED', 'OFFERED', 'MOVED', 'COVERED', 'BY_VIDEO', 'CANCELLED', 'KEPT', 'NEVER_BOOKED'
        )
    ),
    constraint affected_appointments_settled_check
        check ((settle_time is null) = (state in ('PENDING', 'OPEN', 'ASKED', 'OFFERED')))
);
create index affected_appointments_rank_idx on affected_appointments (practice_id, absence_id, need_rank);
create index affected_appointments_appointment_idx on affected_appointments (practice_id, appointment_id);
create index affected_appointments_due_idx on affected_appointments (look_time) where look_time is not null;

create table absence_offers (
    practice_id uuid not null,
    offer_id uuid not null,
    absence_id uuid not null,
    appointment_id uuid not null,
    client_id uuid not null,
    wording_version integer not null,
    state text not null,
    is_confidential boolean not null,
    accepted_option_id uuid,
    make_time timestamptz not null,
    expire_time timestamptz not null,
    close_time timestamptz,
    version bigint not null,
    constraint absence_offers_pkey primary key (practice_id, offer_id),
    constraint absence_offers_affected_fkey foreign key (practice_id, absence_id, appointment_id)
        references affected_appointments (practice_id, absence_id, appointment_id),
    constraint absence_offers_state_check
        check (state in ('PREPARED', 'MADE', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN', 'EMPTY'))
);
create index absence_offers_client_idx on absence_offers (practice_id, client_id, make_time);
-- One question at a time about an appointment, whatever process asks.
create unique index absence_offers_live_key on absence_offers (practice_id, appointment_id)
    where state in ('PREPARED', 'MADE');
create index absence_offers_affected_idx on absence_offers (practice_id, absence_id, appointment_id, make_time);

-- Each option has the id of the claim that holds it. is_held tells that the ledger may hold it still.
create table absence_options (
    practice_id uuid not null,
    option_id uuid not null,
    offer_id uuid not null,
    ordinal integer not null,
    kind text not null,
    why text not null,
    state text not null,
    refuse_reason text not null default '',
    is_held boolean not null,
    therapist_id uuid not null,
    session_type_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    start_local text not null,
    time_zone text not null,
    fold smallint not null,
    tzdata_version text not null,
    modality smallint not null,
    site_id uuid,
    room_id uuid,
    claim_version bigint not null,
    constraint absence_options_pkey primary key (practice_id, option_id),
    constraint absence_options_offer_fkey foreign key (practice_id, offer_id)
        references absence_offers (practice_id, offer_id),
    constraint absence_options_kind_check check (kind in ('COVER', 'VIDEO', 'OTHER_TIME')),
    constraint absence_options_state_check check (state in ('PREPARED', 'HELD', 'REFUSED', 'TAKEN', 'GIVEN_UP'))
);
create index absence_options_offer_idx on absence_options (practice_id, offer_id, ordinal);
create index absence_options_therapist_idx on absence_options (practice_id, therapist_id, start_time)
    where state in ('PREPARED', 'HELD');
create index absence_options_release_idx on absence_options (practice_id, option_id)
    where is_held and state in ('GIVEN_UP', 'REFUSED', 'TAKEN');

select kept_protect('absence_cases');
select kept_protect('absence_wordings');
select kept_protect('affected_appointments');
select kept_protect('absence_offers');
select kept_protect('absence_options');

-- Affected appointments that something is to be done about, in any practice, greatest need first.
create function affected_due(batch integer) returns table (practice_id uuid, absence_id uuid, appointment_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select a.practice_id, a.absence_id, a.appointment_id
  from public.affected_appointments a
 where a.look_time <= now()
 order by a.practice_id, a.absence_id, a.need_rank
 limit batch
$$;

-- Options nobody will choose any more whose claims may still stand, in any practice.
create function absence_options_over(batch integer) returns table (practice_id uuid, option_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.practice_id, o.option_id
  from public.absence_options o
 where o.is_held and o.state in ('GIVEN_UP', 'REFUSED', 'TAKEN')
 limit batch
$$;

do $$
begin
    revoke all on function affected_due(integer) from public;
    revoke all on function absence_options_over(integer) from public;
    execute format('grant execute on function affected_due(integer) to %I', kept_role('server'));
    execute format('grant execute on function absence_options_over(integer) to %I', kept_role('server'));
end
$$;
