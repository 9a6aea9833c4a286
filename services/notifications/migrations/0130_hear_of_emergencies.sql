-- Emergencies that booking has begun: whoever broke the glass reads here, too, as far and as long as it goes.
create table broken_glasses (
    practice_id uuid not null,
    break_glass_id uuid not null,
    client_id uuid not null,
    actor_id text not null,
    scopes text[] not null,
    expire_time timestamptz not null,
    version bigint not null,
    constraint broken_glasses_pkey primary key (practice_id, break_glass_id)
);
create index broken_glasses_actor_idx on broken_glasses (practice_id, actor_id, client_id, expire_time);
select kept_protect('broken_glasses');
