-- How far a tree's records were taken out, and which of its checkpoints was copied to every witness.
alter table heads add column detached_seq bigint not null default 0;
alter table heads add column copied_size bigint not null default 0;

-- Trees whose latest checkpoint no witness has yet.
create function trees_uncopied(batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select h.practice_id from public.heads h where h.signed_size > h.copied_size limit batch $$;

do $$
begin
    revoke all on function trees_uncopied(integer) from public;
    execute format('grant execute on function trees_uncopied(integer) to %I', kept_role('server'));
end
$$;
