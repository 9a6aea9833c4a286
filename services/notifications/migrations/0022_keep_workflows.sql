-- What a practice says, when and by which channels; what is known of an appointment to plan it; whatever else is told.

-- Versions are only added; the highest counts. Zeros as session type: the workflow of every type without one of its own.
create table workflows (
    practice_id uuid not null,
    session_type_id uuid not null,
    version int not null,
    -- Null: back to the built-in one, or for a session type, to the practice's.
    steps jsonb,
    actor_id text not null,
    create_time timestamptz not null,
    constraint workflows_pkey primary key (practice_id, session_type_id, version)
);
select kept_protect('workflows');

create table message_settings (
    practice_id uuid not null,
    version int not null,
    sender_label text not null,
    phone text not null,
    quiet_from time not null,
    quiet_to time not null,
    forbidden_words text[] not null,
    update_time timestamptz not null default now(),
    constraint message_settings_pkey primary key (practice_id)
);
select kept_protect('message_settings');

create table message_templates (
    practice_id uuid not null,
    template_key text not null,
    locale text not null,
    channel text not null,
    version int not null,
    -- Null: back to the built-in one.
    subject text,
    body text,
    actor_id text not null,
    create_time timestamptz not null,
    constraint message_templates_pkey primary key (practice_id, template_key, locale, channel, version),
    constraint message_templates_locale_check check (locale in ('en', 'es')),
    constraint message_templates_channel_check check (channel in ('EMAIL', 'SMS', 'INBOX', 'WEBHOOK')),
    constraint message_templates_reset_check check ((subject is null) = (body is null))
);
select kept_protect('message_templates');

alter table messages
    add column only_confirmed boolean not null default false,
    drop constraint messages_about_check,
    drop constraint messages_kind_check,
    add constraint messages_about_check check (about in (
        'APPOINTMENT', 'OFFER', 'FOLLOW_UP', 'FORM', 'NUDGE', 'THREAD', 'CONTACT', 'MATCH', 'ABSENCE')) not valid,
    add constraint messages_kind_check check (kind in (
        'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER',
        'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING',
        'CONTACT_CODE', 'CONTACT_CHANGED', 'PROPOSAL', 'ABSENCE_OFFER')) not valid;

alter table appointments drop constraint appointments_state_check;
alter table appointments
    add constraint appointments_state_check
        check (state in ('BOOKED', 'CONFIRMED', 'ATTENDED', 'MISSED', 'CANCELLED')) not valid,
    add column session_type_id uuid,
    add column end_time timestamptz,
    add column modality text,
    add column extra_client_ids uuid[] not null default '{}',
    add column is_confidential boolean not null default false,
    -- When its time was agreed; of older rows, when they last changed.
    add column place_time timestamptz;
update appointments set place_time = update_time where place_time is null;
alter table appointments alter column place_time set default now();
create index appointments_client_idx on appointments (practice_id, client_id, start_time);
create index appointments_start_idx on appointments (practice_id, start_time);

-- The newest that is known of an offer, a follow-up, a form, a nudge, a thread: whether it still stands.
create table matters (
    practice_id uuid not null,
    matter_id uuid not null,
    about text not null,
    client_id uuid not null,
    version bigint not null,
    is_open boolean not null,
    -- Which version opened it last: messages about another are out of date.
    opened_version bigint not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    time_zone text not null default '',
    is_confidential boolean not null default false,
    update_time timestamptz not null default now(),
    constraint matters_pkey primary key (practice_id, matter_id),
    constraint matters_about_check check (about in ('OFFER', 'FOLLOW_UP', 'FORM', 'NUDGE', 'THREAD', 'MATCH', 'ABSENCE'))
);
select kept_protect('matters');

-- What is said again and again, until it is ended: medication, progress, a form that is due.
create table nudges (
    practice_id uuid not null,
    nudge_id uuid not null,
    client_id uuid not null,
    trigger text not null,
    -- Wall time in the client's zone.
    wall_time time not null,
    every_days int not null,
    from_date date not null,
    until_date date not null,
    version bigint not null,
    -- The next occurrence that is to be planned; null: there is none any more.
    next_time timestamptz,
    end_time timestamptz,
    create_time timestamptz not null,
    constraint nudges_pkey primary key (practice_id, nudge_id),
    constraint nudges_trigger_check check (trigger in ('FORM_DUE', 'MEDICATION', 'CHECK_IN')),
    constraint nudges_every_check check (every_days between 1 and 366)
);
create index nudges_due_idx on nudges (next_time) where next_time is not null;
create index nudges_client_idx on nudges (practice_id, client_id, nudge_id);
select kept_protect('nudges');

-- Tells which nudges of all practices are due, without their rows.
create function due_nudges(most int, now_time timestamptz)
returns table (practice_id uuid, nudge_id uuid)
language sql stable security definer set search_path = pg_catalog, public
as $$
    select n.practice_id, n.nudge_id from public.nudges n
    where n.next_time is not null and n.next_time <= now_time
    order by n.next_time
    limit most
$$;
do $$
begin
    revoke all on function due_nudges(int, timestamptz) from public;
    execute format('grant execute on function due_nudges(int, timestamptz) to %I', kept_role('server'));
end
$$;
