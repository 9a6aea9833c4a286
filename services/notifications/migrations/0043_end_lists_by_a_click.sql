-- A link in a mail of a list ends that list (RFC 8058).

alter table action_links drop constraint action_links_action_check;
alter table action_links add constraint action_links_action_check check (action in ('CONFIRM', 'ACCEPT', 'UNSUBSCRIBE'));
alter table action_links drop constraint action_links_use_check;
alter table action_links add constraint action_links_use_check
    check (use_action in ('CONFIRM', 'CANCEL', 'RESCHEDULE', 'ACCEPT', 'DECLINE', 'UNDO', 'UNSUBSCRIBE'));
