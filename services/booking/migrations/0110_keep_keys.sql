-- The registry's keys take part in rotations; the blind indexes say under which of their keys they were made.
select kept_keep_keys('clients', 'client_id', 'wrapped_key', true);

alter table clients add column index_version text not null default '1';
create index clients_index_version_idx on clients (index_version) where email_index is not null or phone_index is not null;

-- Clients of every practice whose blind indexes are of another key than the current one.
create function clients_to_reindex(current text, batch integer) returns table (practice_id uuid, client_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.client_id from public.clients c
 where (c.email_index is not null or c.phone_index is not null)
   and (c.index_version < current or c.index_version > current)
 limit batch
$$;

-- How many clients are found by an index of which key.
create function clients_by_index_version() returns table (version text, clients bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.index_version, count(*) from public.clients c
 where c.email_index is not null or c.phone_index is not null group by 1 order by 1
$$;

do $$
declare
    name text;
begin
    foreach name in array array['clients_to_reindex(text, integer)', 'clients_by_index_version()'] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
