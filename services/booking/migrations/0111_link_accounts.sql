-- Which sign-in is which client's, and the invitations that lead there. Codes are nowhere, only their hashes.
create table account_invitations (
    practice_id uuid not null,
    invitation_id uuid not null,
    client_id uuid not null,
    code_hash bytea not null,
    attempts int not null default 0,
    create_time timestamptz not null,
    expire_time timestamptz not null,
    use_time timestamptz,
    constraint account_invitations_pkey primary key (practice_id, invitation_id),
    constraint account_invitations_client_fkey
        foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint account_invitations_code_key unique (practice_id, code_hash),
    constraint account_invitations_attempts_check check (attempts between 0 and 5)
);
create index account_invitations_client_idx on account_invitations (practice_id, client_id) where use_time is null;
select kept_protect('account_invitations');

create table accounts (
    practice_id uuid not null,
    account_id uuid not null,
    client_id uuid not null,
    actor_id text not null,
    link_time timestamptz not null,
    constraint accounts_pkey primary key (practice_id, account_id),
    constraint accounts_client_fkey foreign key (practice_id, client_id) references clients (practice_id, client_id),
    constraint accounts_actor_key unique (practice_id, actor_id)
);
create index accounts_client_idx on accounts (practice_id, client_id, account_id);
select kept_protect('accounts');
