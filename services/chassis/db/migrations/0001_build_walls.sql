-- The wall between practices, and who may pass it. Roles are named for the database: <db>_owner, <db>_server, <db>_worker.

create function kept_role(kind text) returns text
    language sql stable
    as $$ select current_database() || '_' || kind $$;

-- The practices this transaction may see; empty when nothing was set, so a forgotten setting shows no row.
create function kept_practices() returns uuid[]
    language sql stable parallel safe
    as $$ select string_to_array(nullif(current_setting('kept.practices', true), ''), ',')::uuid[] $$;

-- Danger: a table without this call is open to nobody but its owner. Call it once per table, after its keys exist.
create function kept_protect(target regclass) returns void
    language plpgsql
    as $$
declare
    bad text;
begin
    select string_agg(c.conname, ', ') into bad
      from pg_constraint c
     where c.conrelid = target and c.contype in ('p', 'u', 'f')
       and c.conkey[1] is distinct from
           (select a.attnum from pg_attribute a where a.attrelid = target and a.attname = 'practice_id');
    if bad is not null then
        raise exception 'keys of % must start with practice_id: %', target, bad;
    end if;
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    -- The scalar subquery is evaluated once a statement, not once a row.
    execute format(
        'create policy practice_wall on %s to %I
             using (practice_id = any ((select kept_practices())::uuid[]))
             with check (practice_id = any ((select kept_practices())::uuid[]))',
        target, kept_role('server'));
    execute format('create policy owner_all on %s to %I using (true) with check (true)', target, kept_role('owner'));
    execute format('grant select, insert, update, delete on %s to %I', target, kept_role('server'));
end
$$;

-- Opens a transport table to the worker, which carries the messages of all practices and reads no business row.
create function kept_carry(target regclass, verbs text) returns void
    language plpgsql
    as $$
begin
    execute format('create policy worker_carries on %s to %I using (true) with check (true)', target, kept_role('worker'));
    execute format('grant %s on %s to %I', verbs, target, kept_role('worker'));
end
$$;

revoke all on function kept_protect(regclass) from public;
revoke all on function kept_carry(regclass, text) from public;

do $$
begin
    execute format('grant select on schema_migrations to %I, %I', kept_role('server'), kept_role('worker'));
end
$$;
