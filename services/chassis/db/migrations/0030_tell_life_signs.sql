-- How far an emitter has come and what of it waits: it tells so every few seconds, also when nothing happens.
create function emitter_state(name text)
    returns table (emitter_seq bigint, head text, waiting_seq bigint, waiting_s double precision)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select coalesce(e.emitter_seq, 0), coalesce(e.head, repeat('0', 64)), coalesce(w.emitter_seq, 0),
       coalesce(extract(epoch from now() - w.create_time), 0)::double precision
  from (select 1) as always
  left join public.audit_emitters e on e.emitter = name
  left join lateral (
    select a.emitter_seq, a.create_time from public.audit_outbox a where a.emitter = name order by a.emitter_seq limit 1
  ) w on true
$$;

do $$
begin
    revoke all on function emitter_state(text) from public;
    execute format('grant execute on function emitter_state(text) to %I', kept_role('server'));
end
$$;
