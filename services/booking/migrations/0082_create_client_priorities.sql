-- Who is in high need, as staff said; why belongs to the chart.

create table client_priorities (
    practice_id uuid not null,
    client_id uuid not null,
    is_high_need boolean not null,
    until_date date,
    actor_id text not null,
    update_time timestamptz not null,
    constraint client_priorities_pkey primary key (practice_id, client_id),
    constraint client_priorities_client_fkey
        foreign key (practice_id, client_id) references clients (practice_id, client_id)
);

select kept_protect('client_priorities');
