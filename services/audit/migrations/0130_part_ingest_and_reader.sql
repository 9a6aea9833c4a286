-- Who takes records in can't read what they say; who reads can't write. Both are roles that the server's login takes on for
-- a transaction (`set local role`) and has not by itself: <db>_ingest and <db>_reader, made where databases are made.

do $$
declare
    name text;
begin
    foreach name in array array['ingest', 'reader'] loop
        if not pg_has_role(kept_role('server'), kept_role(name), 'member') then
            raise exception 'the role % is missing, or % is no member of it', kept_role(name), kept_role('server')
                using hint = 'A superuser makes it: create role, then grant it to the server, which must be noinherit.';
        end if;
        execute format('grant usage on schema public to %I', kept_role(name));
    end loop;
end
$$;

-- Danger: a table without this call is not read by any question; the practice's wall stands for the reader as well.
create function open_to_reader(target regclass) returns void
    language plpgsql
    as $$
begin
    execute format(
        'create policy reader_wall on %s for select to %I using (practice_id = any ((select kept_practices())::uuid[]))',
        target, kept_role('reader'));
    execute format('grant select on %s to %I', target, kept_role('reader'));
end
$$;

do $$
declare
    name text;
begin
    revoke all on function open_to_reader(regclass) from public;
    foreach name in array array[
        'records', 'nodes', 'leaf_tiles', 'heads', 'checkpoints', 'alarms', 'alarm_acknowledgements', 'cases', 'findings',
        'digests', 'watch_settings', 'people_facts', 'retentions', 'legal_holds', 'detachments', 'erasures', 'erasure_parts'
    ] loop
        perform open_to_reader(name::regclass);
    end loop;

    foreach name in array array['records', 'nodes', 'equivocations', 'heads'] loop
        execute format(
            'create policy ingest_wall on %I to %I using (practice_id = any ((select kept_practices())::uuid[]))'
            ' with check (practice_id = any ((select kept_practices())::uuid[]))',
            name, kept_role('ingest'));
        execute format('grant insert on %I to %I', name, kept_role('ingest'));
        -- The server itself adds nothing to a trail.
        execute format('revoke insert on %I from %I', name, kept_role('server'));
    end loop;
    -- What tells a record that comes twice, and nothing of what it says.
    execute format('grant select (practice_id, seq, emitter, emitter_seq, leaf_hash) on records to %I', kept_role('ingest'));
    execute format('grant select, update (size, frontier, root) on heads to %I', kept_role('ingest'));
end
$$;

-- How long ago the tree that was checked longest ago was looked at; null when there is none.
create function oldest_check_s() returns double precision
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select extract(epoch from now() - min(c.check_time))::double precision from public.check_positions c
$$;

do $$
begin
    revoke all on function oldest_check_s() from public;
    execute format('grant execute on function oldest_check_s() to %I', kept_role('server'));
end
$$;
