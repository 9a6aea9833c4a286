-- Wrapped data keys: which tables hold them, under which version of the practices' key, and what is left to rewrap.

-- The version that stands in front of a wrapped key: '3' of `3:...`, 'v3' of `vault:v3:...`; '' of a destroyed key.
create function kept_key_version(wrapped bytea) returns text
    language sql immutable strict parallel safe set search_path = pg_catalog
    as $$
select case
    when length(wrapped) = 0 then ''
    when substr(wrapped, 1, 6) = 'vault:'::bytea
        then encode(substr(wrapped, 7, greatest(position(':'::bytea in substr(wrapped, 7)) - 1, 0)), 'escape')
    else encode(substr(wrapped, 1, greatest(position(':'::bytea in wrapped) - 1, 0)), 'escape')
end
$$;

-- One row a table with keys; no practice's data.
create table key_holders (
    holder text not null,
    id_column text not null,
    key_column text not null,
    -- Whether the id is a client's: their keys are destroyed when the client is erased.
    is_client boolean not null,
    constraint key_holders_pkey primary key (holder)
);
alter table key_holders enable row level security;
alter table key_holders force row level security;

do $$
begin
    execute format('create policy holders_read on key_holders for select to %I using (true)', kept_role('server'));
    execute format('create policy holders_own on key_holders to %I using (true) with check (true)', kept_role('owner'));
    execute format('grant select on key_holders to %I', kept_role('server'));
end
$$;

-- Danger: a table with wrapped keys and without this call is left behind when the practices' key is rotated.
create function kept_keep_keys(target regclass, id_column text, key_column text, is_client boolean) returns void
    language plpgsql
    as $$
begin
    execute format('create index %I on %s (kept_key_version(%I)) where length(%I) > 0',
                   target::text || '_key_version_idx', target, key_column, key_column);
    insert into key_holders values (target::text, id_column, key_column, is_client);
end
$$;

-- Keys of every practice that are not under the current version: who they are of, and as they stand.
create function keys_stale(current text, batch integer)
    returns table (holder text, practice_id uuid, row_id uuid, wrapped bytea)
    language plpgsql stable security definer set search_path = pg_catalog, public
    as $$
declare
    each record;
    found integer;
begin
    for each in select h.holder, h.id_column, h.key_column from public.key_holders h order by h.holder loop
        return query execute format(
            'select %L::text, t.practice_id, t.%I, t.%I from public.%I t
              where length(t.%I) > 0
                and (public.kept_key_version(t.%I) < $1 or public.kept_key_version(t.%I) > $1) limit $2',
            each.holder, each.id_column, each.key_column, each.holder,
            each.key_column, each.key_column, each.key_column) using current, batch;
        get diagnostics found = row_count;
        batch := batch - found;
        exit when batch <= 0;
    end loop;
end
$$;

-- How many keys stand under which version; '' are destroyed ones.
create function keys_by_version() returns table (holder text, version text, keys bigint)
    language plpgsql stable security definer set search_path = pg_catalog, public
    as $$
declare
    each record;
begin
    for each in select h.holder, h.key_column from public.key_holders h order by h.holder loop
        return query execute format(
            'select %L::text, public.kept_key_version(t.%I), count(*) from public.%I t group by 2 order by 2',
            each.holder, each.key_column, each.holder);
    end loop;
end
$$;

do $$
declare
    name text;
begin
    revoke all on function kept_keep_keys(regclass, text, text, boolean) from public;
    foreach name in array array['keys_stale(text, integer)', 'keys_by_version()'] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
end
$$;
