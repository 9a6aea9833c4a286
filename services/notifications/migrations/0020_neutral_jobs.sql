-- A message is a job for whichever channel may carry it: what it is about, how urgent it is, whom it is for, which
-- channels in which order, which words.

alter table messages drop constraint messages_appointment_fkey;
alter table messages drop constraint messages_kind_check;
alter table messages
    add column about text not null default 'APPOINTMENT',
    add column class text not null default 'TRANSACTIONAL',
    add column channels text[] not null default '{EMAIL}',
    add column channel text,
    -- Zeros name the client; else a guardian.
    add column recipient_id uuid not null default '00000000-0000-0000-0000-000000000000',
    add column contact_point_id uuid,
    add column template_key text not null default '',
    add column template_version int not null default 0,
    add column workflow_version int not null default 0,
    add column begin_time timestamptz,
    -- After which it says nothing any more; null: the start.
    add column end_time timestamptz,
    add constraint messages_about_check
        check (about in ('APPOINTMENT', 'OFFER', 'FOLLOW_UP', 'FORM', 'NUDGE', 'THREAD', 'CONTACT')) not valid,
    add constraint messages_class_check check (class in ('TRANSACTIONAL', 'ROUTINE', 'CRISIS')) not valid,
    -- An empty list was tried to its end.
    add constraint messages_channels_check
        check (channels <@ array['EMAIL', 'SMS', 'INBOX', 'WEBHOOK'] and cardinality(channels) <= 4) not valid,
    add constraint messages_kind_check check (kind in (
        'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER',
        'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING',
        'CONTACT_CODE', 'CONTACT_CHANGED')) not valid;
update messages set class = 'ROUTINE' where kind = 'REMINDER' and state in ('PLANNED', 'SENDING');
alter table messages drop constraint messages_once_key;
alter table messages add constraint messages_once_key unique
    (practice_id, appointment_id, appointment_version, kind, step, client_id, recipient_id);

-- How often one address was written to lately.
create index messages_caps_idx on messages (practice_id, contact_point_id, begin_time)
    where class = 'ROUTINE' and begin_time is not null;
