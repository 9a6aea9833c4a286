-- Therapists, under their own ids, and the desk hear of what is due for clients; whom a notice is for is kept with it.
alter table on_call_contacts
    drop constraint on_call_contacts_duty_check,
    add constraint on_call_contacts_duty_check check (duty in ('crisis', 'compliance', 'care', 'desk'));
alter table officer_notices
    drop constraint officer_notices_topic_check,
    add constraint officer_notices_topic_check
        check (topic in (
            'alarm', 'digest', 'care-follow-up', 'care-proposal', 'care-licence', 'care-message', 'desk-affected',
            'desk-failures')),
    add column contact_ids uuid[] not null default '{}';
