-- The code of an invitation waits, sealed, beside the address it goes to; booking keeps its hash and its end.
alter table contact_addresses add column invitation_sealed bytea;
alter table messages
    drop constraint messages_kind_check,
    add constraint messages_kind_check check (kind in (
        'CONFIRMATION', 'REMINDER', 'MOVED', 'CANCELLED', 'UNCONFIRMED', 'AFTER_SESSION', 'NO_SHOW', 'OFFER',
        'OFFER_TAKEN', 'OFFER_WITHDRAWN', 'FOLLOW_UP', 'FORM', 'MEDICATION', 'CHECK_IN', 'MESSAGE_WAITING',
        'CONTACT_CODE', 'CONTACT_CHANGED', 'PROPOSAL', 'ABSENCE_OFFER', 'INVITATION')) not valid;
