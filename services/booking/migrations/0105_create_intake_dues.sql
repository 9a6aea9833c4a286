-- What clients have to see to before their first session, as matching tells it: a row while it is open.
create table intake_dues (
    practice_id uuid not null,
    due_id uuid not null,
    client_id uuid not null,
    create_time timestamptz not null default now(),
    constraint intake_dues_pkey primary key (practice_id, due_id)
);
create index intake_dues_client_idx on intake_dues (practice_id, client_id);
select kept_protect('intake_dues');
