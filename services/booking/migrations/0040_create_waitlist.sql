-- Standing wishes: what clients wait for. since_time is the place in line; nothing but a new wish changes it.
create table wishes (
    practice_id uuid not null,
    wish_id uuid not null,
    client_id uuid not null,
    therapist_ids uuid[] not null,
    session_type_ids uuid[] not null,
    -- "weekday from to" each, minutes of the local day.
    windows text[] not null,
    time_zone text not null,
    modalities smallint[] not null,
    site_ids uuid[] not null,
    notice_min integer not null,
    from_date date not null,
    to_date date not null,
    urgency smallint not null,
    is_confidential boolean not null,
    state text not null,
    since_time timestamptz not null,
    update_time timestamptz not null,
    version bigint not null,
    constraint wishes_pkey primary key (practice_id, wish_id),
    constraint wishes_client_fkey foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint wishes_state_check check (state in ('WAITING', 'FULFILLED', 'WITHDRAWN')),
    constraint wishes_dates_check check (from_date <= to_date),
    constraint wishes_version_check check (version >= 1)
);
create index wishes_waiting_idx on wishes (practice_id, since_time, wish_id) where state = 'WAITING';
create index wishes_client_idx on wishes (practice_id, client_id, since_time, wish_id);

-- Slots that came free and are kept for those who wait. claim_id is the claim that blocks the time now.
create table openings (
    practice_id uuid not null,
    opening_id uuid not null,
    cause text not null,
    appointment_id uuid,
    freed_client_ids uuid[] not null,
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
    claim_id uuid not null,
    state text not null,
    close_reason text not null default '',
    create_time timestamptz not null,
    close_time timestamptz,
    -- When something is to be done next; null when it ended.
    look_time timestamptz,
    is_counted boolean not null default false,
    -- Tells that the owner of a standing hour was asked.
    is_owner_asked boolean not null default false,
    version bigint not null,
    constraint openings_pkey primary key (practice_id, opening_id),
    constraint openings_state_check check (
        state in ('WAITING', 'OFFERING', 'FILLED', 'UNDONE', 'GIVEN_BACK', 'LOST', 'REGAINED')
    ),
    constraint openings_open_check check ((state in ('WAITING', 'OFFERING')) = (look_time is not null)),
    constraint openings_close_check check ((look_time is null) = (close_time is not null)),
    constraint openings_version_check check (version >= 1)
);
create index openings_due_idx on openings (look_time) where look_time is not null;
create index openings_new_idx on openings (practice_id, create_time, opening_id);
create index openings_therapist_idx on openings (practice_id, therapist_id, start_time) where look_time is not null;
create index openings_claim_idx on openings (practice_id, claim_id) where look_time is not null;
create index openings_appointment_idx on openings (practice_id, appointment_id) where look_time is not null;
create index openings_uncounted_idx on openings (close_time) where close_time is not null and not is_counted;

-- Offers, and who was passed over. The id is the claim's, and the appointment's when it is accepted.
create table offers (
    practice_id uuid not null,
    offer_id uuid not null,
    opening_id uuid not null,
    wish_id uuid not null,
    client_id uuid not null,
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
    is_confidential boolean not null,
    is_batch boolean not null,
    -- Why this client: days waited, urgency, days for urgency and for fit, what fits, place, how many fitted.
    reason jsonb not null,
    state text not null,
    pass_reason text not null default '',
    make_time timestamptz not null,
    expire_time timestamptz not null,
    close_time timestamptz,
    version bigint not null,
    constraint offers_pkey primary key (practice_id, offer_id),
    constraint offers_opening_fkey foreign key (practice_id, opening_id) references openings (practice_id, opening_id),
    constraint offers_wish_fkey foreign key (practice_id, wish_id) references wishes (practice_id, wish_id),
    constraint offers_state_check check (
        state in ('PREPARED', 'MADE', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'TAKEN', 'WITHDRAWN', 'PASSED_OVER')
    ),
    constraint offers_version_check check (version >= 1)
);
create index offers_opening_idx on offers (practice_id, opening_id);
create index offers_client_idx on offers (practice_id, client_id, make_time, offer_id);
create index offers_wish_idx on offers (practice_id, wish_id);
-- The same slot is never offered to the same person twice, whatever process or opening it comes from.
create unique index offers_once_key on offers (practice_id, client_id, therapist_id, start_time)
    where state <> 'PASSED_OVER';
-- One question at a time.
create unique index offers_live_key on offers (practice_id, client_id) where state in ('PREPARED', 'MADE');

select kept_protect('wishes');
select kept_protect('openings');
select kept_protect('offers');

-- Ids of openings that something is to be done about, in any practice.
create function openings_due(batch integer) returns table (practice_id uuid, opening_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select o.practice_id, o.opening_id
  from public.openings o
 where o.look_time <= now()
 order by o.start_time
 limit batch
$$;

-- Practices with openings that ended and are in no metric yet.
create function openings_uncounted(batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select distinct o.practice_id
  from (select practice_id from public.openings where close_time is not null and not is_counted limit batch) o
$$;

do $$
begin
    revoke all on function openings_due(integer) from public;
    revoke all on function openings_uncounted(integer) from public;
    execute format('grant execute on function openings_due(integer) to %I', kept_role('server'));
    execute format('grant execute on function openings_uncounted(integer) to %I', kept_role('server'));
end
$$;
