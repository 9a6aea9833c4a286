-- How many audit records wait for the broker, and how long the oldest has. Two index look-ups an emitter: numbers are dense.
create function audit_waiting() returns table (waiting bigint, oldest_age_s double precision)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
with recursive emitters as (
    (select emitter from public.audit_outbox order by emitter limit 1)
    union all
    select (select a.emitter from public.audit_outbox a where a.emitter > e.emitter order by a.emitter limit 1)
      from emitters e where e.emitter is not null
)
select coalesce(sum(newest.emitter_seq - oldest.emitter_seq + 1), 0)::bigint,
       coalesce(extract(epoch from now() - min(oldest.create_time)), 0)::double precision
  from emitters e
 cross join lateral (
    select a.emitter_seq, a.create_time from public.audit_outbox a where a.emitter = e.emitter order by a.emitter_seq limit 1
 ) oldest
 cross join lateral (
    select a.emitter_seq from public.audit_outbox a where a.emitter = e.emitter order by a.emitter_seq desc limit 1
 ) newest
$$;

do $$
begin
    revoke all on function audit_waiting() from public;
    execute format('grant execute on function audit_waiting() to %I', kept_role('server'));
end
$$;
