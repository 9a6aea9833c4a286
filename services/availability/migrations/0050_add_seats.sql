-- A seat in a group's session: a claim of its own that blocks its client alone and counts against the session type's
-- capacity. Who takes seats locks the session's claim and counts what the ledger has: no counter can drift from it.

alter table claims add column seat_of_claim_id uuid;
create index claims_seat_idx on claims (practice_id, seat_of_claim_id)
    where seat_of_claim_id is not null and state <> 'released';

-- Claims that take a therapist's time in a stretch, at their agreed or their pending time; see 0032. Who hits a group's
-- session hits everybody who has a seat in it.
create or replace function claims_hit(of_practice_id uuid, of_therapist_id uuid, start_s bigint, end_s bigint)
    returns table (claim_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with hit as (
    select distinct o.claim_id
      from public.occupancies o
      join public.claims c on c.practice_id = o.practice_id and c.claim_id = o.claim_id
     where o.practice_id = of_practice_id
       and o.resource_id = of_therapist_id
       and o.during && tstzrange(to_timestamp(start_s), to_timestamp(end_s))
       and of_practice_id = any ((select public.kept_practices())::uuid[])
)
select hit.claim_id from hit
union all
select s.claim_id
  from hit
  join public.claims s on s.practice_id = of_practice_id and s.seat_of_claim_id = hit.claim_id and s.state <> 'released'
$$;
