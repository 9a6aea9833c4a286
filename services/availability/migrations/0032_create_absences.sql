-- A therapist's absence as a case: one item for each claim it hits, until nobody is lost.

create table absences (
    practice_id uuid not null,
    absence_id uuid not null,
    therapist_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    is_closed boolean not null default false,
    version bigint not null default 1,
    create_time timestamptz not null default now(),
    update_time timestamptz not null default now(),
    constraint absences_pkey primary key (practice_id, absence_id),
    constraint absences_interval_check check (start_time < end_time)
);

create table absence_items (
    practice_id uuid not null,
    absence_id uuid not null,
    claim_id uuid not null,
    client_id uuid not null,
    session_type_id uuid not null,
    start_time timestamptz not null,
    need_rank integer not null,
    state text not null default 'open',
    update_time timestamptz not null default now(),
    constraint absence_items_pkey primary key (practice_id, absence_id, claim_id),
    constraint absence_items_absence_fkey foreign key (practice_id, absence_id)
        references absences (practice_id, absence_id),
    constraint absence_items_claim_fkey foreign key (practice_id, claim_id) references claims (practice_id, claim_id),
    constraint absence_items_state_check check (state in ('open', 'offered', 'moved', 'cancelled', 'covered'))
);
create index absence_items_rank_idx on absence_items (practice_id, absence_id, need_rank);
create index absence_items_claim_idx on absence_items (practice_id, claim_id) where state in ('open', 'offered');

select kept_protect('absences');
select kept_protect('absence_items');

-- Claims that take a therapist's time in a stretch, at their agreed or their pending time.
create function claims_hit(of_practice_id uuid, of_therapist_id uuid, start_s bigint, end_s bigint)
    returns table (claim_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select distinct o.claim_id
  from public.occupancies o
  join public.claims c on c.practice_id = o.practice_id and c.claim_id = o.claim_id
 where o.practice_id = of_practice_id
   and o.resource_id = of_therapist_id
   and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
   and of_practice_id = any ((select public.kept_practices())::uuid[])
$$;

do $$
begin
    revoke all on function claims_hit(uuid, uuid, bigint, bigint) from public;
    execute format('grant execute on function claims_hit(uuid, uuid, bigint, bigint) to %I', kept_role('server'));
end
$$;
