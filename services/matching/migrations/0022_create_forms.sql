-- Forms and consent documents by version; a version is never changed. The definition is the contract's message.
create table forms (
    practice_id uuid not null,
    form_id uuid not null,
    version integer not null,
    title text not null,
    definition bytea not null,
    is_due_first boolean not null,
    is_retired boolean not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint forms_pkey primary key (practice_id, form_id, version)
);

create table consent_documents (
    practice_id uuid not null,
    document_id uuid not null,
    version integer not null,
    title text not null,
    body text not null,
    text_hash text not null,
    locale text not null,
    is_due_first boolean not null,
    is_retired boolean not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint consent_documents_pkey primary key (practice_id, document_id, version)
);

-- What clients answered, sealed under their own keys; scores too. States: 1 in progress, 2 completed.
create table form_responses (
    practice_id uuid not null,
    response_id uuid not null,
    client_id uuid not null,
    form_id uuid not null,
    form_version integer not null,
    state smallint not null,
    sealed bytea not null,
    create_time timestamptz not null,
    complete_time timestamptz,
    version bigint not null,
    constraint form_responses_pkey primary key (practice_id, response_id),
    constraint form_responses_client_fkey
        foreign key (practice_id, client_id) references client_keys (practice_id, client_id),
    constraint form_responses_form_fkey
        foreign key (practice_id, form_id, form_version) references forms (practice_id, form_id, version),
    constraint form_responses_completed_check check ((state = 2) = (complete_time is not null))
);
-- One of a form at a time: whoever comes back takes it up.
create unique index form_responses_open_key on form_responses (practice_id, client_id, form_id) where state = 1;
create index form_responses_client_idx on form_responses (practice_id, client_id, response_id);

-- A client's last answers by prefill key, sealed.
create table form_prefills (
    practice_id uuid not null,
    client_id uuid not null,
    sealed bytea not null,
    constraint form_prefills_pkey primary key (practice_id, client_id)
);

-- Signatures: who, when, which text; the name is sealed.
create table consent_signatures (
    practice_id uuid not null,
    signature_id uuid not null,
    client_id uuid not null,
    document_id uuid not null,
    version integer not null,
    text_hash text not null,
    name_sealed bytea not null,
    signer_actor_id text not null,
    side smallint not null,
    sign_time timestamptz not null,
    constraint consent_signatures_pkey primary key (practice_id, signature_id),
    constraint consent_signatures_document_fkey
        foreign key (practice_id, document_id, version) references consent_documents (practice_id, document_id, version)
);
create index consent_signatures_client_idx on consent_signatures (practice_id, client_id, signature_id);

-- What clients have to see to; states: 1 open, 2 settled, 3 waived.
create table form_dues (
    practice_id uuid not null,
    due_id uuid not null,
    client_id uuid not null,
    form_id uuid,
    document_id uuid,
    is_before_first boolean not null,
    state smallint not null,
    create_time timestamptz not null,
    version bigint not null,
    constraint form_dues_pkey primary key (practice_id, due_id),
    constraint form_dues_what_check check ((form_id is null) <> (document_id is null))
);
create unique index form_dues_form_key on form_dues (practice_id, client_id, form_id) where state = 1 and form_id is not null;
create unique index form_dues_document_key on form_dues (practice_id, client_id, document_id)
    where state = 1 and document_id is not null;
create index form_dues_client_idx on form_dues (practice_id, client_id, state, due_id);

select kept_protect('forms');
select kept_protect('consent_documents');
select kept_protect('form_responses');
select kept_protect('form_prefills');
select kept_protect('consent_signatures');
select kept_protect('form_dues');
