-- Several reminders an appointment, each named by its step; what a reminder needs to know of the clock and the answer.

alter table appointments add column time_zone text not null default '';

alter table messages add column step text not null default '';
alter table messages add column only_unconfirmed boolean not null default false;
alter table messages add column overtake_time timestamptz;
update messages set step = '24h' where kind = 'REMINDER';
alter table messages drop constraint messages_once_key;
alter table messages
    add constraint messages_once_key unique (practice_id, appointment_id, appointment_version, kind, step);
