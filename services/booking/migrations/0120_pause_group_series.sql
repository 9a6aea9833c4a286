-- A group's rule has a pause, as a series has: a stretch without sessions whose time stays blocked, or is lent out.
alter table group_series add column pause_from_date date;
alter table group_series add column pause_to_date date;
alter table group_series add column keeps_time boolean not null default false;
alter table group_series drop constraint group_series_state_check;
alter table group_series add constraint group_series_state_check check (state in ('ACTIVE', 'PAUSED', 'CANCELLED'));
alter table group_series add constraint group_series_pause_check
    check ((pause_from_date is null) = (pause_to_date is null) and (state <> 'PAUSED' or pause_from_date is not null));
create unique index group_series_one_key on group_series (practice_id, group_id) where state <> 'CANCELLED';
drop index group_series_running_key;

alter table group_occurrences drop constraint group_occurrences_fate_check;
alter table group_occurrences add constraint group_occurrences_fate_check
    check (fate in ('BOOKED', 'CONFLICT', 'PAUSED'));
alter table group_occurrences drop constraint group_occurrences_whole_check;
alter table group_occurrences add constraint group_occurrences_whole_check check (
    (fate <> 'BOOKED' or group_session_id is not null) and (fate <> 'CONFLICT' or group_session_id is null)
    and (fate = 'CONFLICT') = (conflict_reason is not null)
);

-- A session called off by a pause says when, by which its members' seats are told from those they gave up, and whether
-- its time is kept: then the ledger hears that it stands.
alter table group_sessions add column pause_time timestamptz;
alter table group_sessions add column keeps_time boolean not null default false;
