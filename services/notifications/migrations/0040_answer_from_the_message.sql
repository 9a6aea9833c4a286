-- A link does more than one thing: what was done with it last, and what it is about beside an appointment.

alter table action_links add column use_action text;
alter table action_links add column offer_id uuid;
alter table action_links add column expire_time timestamptz;
alter table action_links add column locale text not null default 'en';
update action_links set use_action = action where use_time is not null;
alter table action_links drop constraint action_links_action_check;
alter table action_links add constraint action_links_action_check check (action in ('CONFIRM', 'ACCEPT'));
alter table action_links add constraint action_links_use_check
    check (use_action in ('CONFIRM', 'CANCEL', 'RESCHEDULE', 'ACCEPT', 'DECLINE', 'UNDO'));
alter table action_links add constraint action_links_offer_check
    check ((action = 'ACCEPT') = (offer_id is not null) and (offer_id is null or expire_time is not null));
