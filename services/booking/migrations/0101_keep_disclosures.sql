-- What was given to others outside of the practice: the accounting a client may ask for (45 CFR 164.528, 42 CFR 2.25).
-- Whom it went to is ciphertext under the client's own key. A disclosure is neither changed nor removed.
create table disclosures (
    practice_id uuid not null,
    disclosure_id uuid not null,
    client_id uuid not null,
    recipient_name bytea not null,
    recipient_address bytea,
    contents text[] not null,
    purpose text not null,
    basis text not null,
    disclose_time timestamptz not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint disclosures_pkey primary key (practice_id, disclosure_id),
    constraint disclosures_client_fkey foreign key (practice_id, client_id) references clients (practice_id, client_id)
);
create index disclosures_client_idx on disclosures (practice_id, client_id, disclose_time desc, disclosure_id desc);
select kept_protect('disclosures');

do $$
begin
    execute format('revoke update, delete on disclosures from %I', kept_role('server'));
end
$$;
