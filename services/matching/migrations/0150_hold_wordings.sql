-- Wordings of instruments that a practice may show, by version; a version is never changed. It is the contract's message.
create table instrument_wordings (
    practice_id uuid not null,
    code text not null,
    locale text not null,
    version integer not null,
    wording bytea not null,
    actor_id text not null,
    create_time timestamptz not null,
    constraint instrument_wordings_pkey primary key (practice_id, code, locale, version)
);

select kept_protect('instrument_wordings');
