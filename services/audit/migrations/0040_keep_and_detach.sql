-- Keeping and destroying: how long, what is held, and what two persons agreed on.

create table retentions (
    practice_id uuid not null,
    years integer not null,
    version bigint not null,
    actor_id text not null,
    update_time timestamptz not null default now(),
    constraint retentions_pkey primary key (practice_id),
    constraint retentions_years_check check (years between 6 and 100)
);
select kept_protect('retentions');

create table legal_holds (
    practice_id uuid not null,
    hold_id uuid not null,
    -- Empty means the whole practice.
    client_id uuid,
    reason text not null,
    reference text not null,
    set_actor_id text not null,
    set_time timestamptz not null default now(),
    lift_actor_id text not null default '',
    lift_time timestamptz,
    version bigint not null default 1,
    constraint legal_holds_pkey primary key (practice_id, hold_id),
    constraint legal_holds_reason_check
        check (reason in ('LITIGATION', 'INVESTIGATION', 'REGULATOR', 'CLIENT_REQUEST', 'MINOR')),
    constraint legal_holds_lifted_check check ((lift_time is null) = (lift_actor_id = ''))
);
create index legal_holds_open_idx on legal_holds (practice_id, client_id) where lift_time is null;
select kept_protect('legal_holds');

create table detachments (
    practice_id uuid not null,
    detachment_id uuid not null,
    state text not null,
    start_seq bigint not null,
    end_seq bigint not null,
    exported_seq bigint not null,
    removed_seq bigint not null,
    held_count bigint not null default 0,
    -- What stands in the archive: the checkpoint its proof leads to, and our signed statement.
    note text not null default '',
    request_actor_id text not null,
    request_time timestamptz not null default now(),
    approve_actor_id text not null default '',
    approve_time timestamptz,
    update_time timestamptz not null default now(),
    version bigint not null default 1,
    constraint detachments_pkey primary key (practice_id, detachment_id),
    constraint detachments_state_check
        check (state in ('EXPORTING', 'EXPORTED', 'DETACHING', 'DETACHED', 'CANCELLED', 'FAILED')),
    constraint detachments_tiles_check check (start_seq % 256 = 0 and end_seq % 256 = 0 and start_seq < end_seq),
    constraint detachments_steps_check check (
        exported_seq between start_seq and end_seq and removed_seq between start_seq and exported_seq
    ),
    -- Nothing is removed that was not exported whole, and by nobody's word alone.
    constraint detachments_two_persons_check check (
        (state not in ('DETACHING', 'DETACHED'))
        or (exported_seq = end_seq and note <> '' and approve_actor_id <> '' and approve_actor_id <> request_actor_id)
    )
);
create unique index detachments_open_key on detachments (practice_id)
    where state in ('EXPORTING', 'EXPORTED', 'DETACHING');
create index detachments_due_idx on detachments (update_time) where state in ('EXPORTING', 'DETACHING');
select kept_protect('detachments');

-- Leaf hashes of what was detached, 256 a row as tlog tiles have them: every later proof is made from them.
create table leaf_tiles (
    practice_id uuid not null,
    index bigint not null,
    hashes bytea not null,
    constraint leaf_tiles_pkey primary key (practice_id, index),
    constraint leaf_tiles_hashes_check check (length(hashes) = 8192)
);
select kept_protect('leaf_tiles');

create table erasures (
    practice_id uuid not null,
    erasure_id uuid not null,
    client_id uuid not null,
    state text not null,
    request_actor_id text not null,
    request_time timestamptz not null default now(),
    approve_actor_id text not null default '',
    approve_time timestamptz,
    certificate text not null default '',
    version bigint not null default 1,
    constraint erasures_pkey primary key (practice_id, erasure_id),
    constraint erasures_state_check check (state in ('REQUESTED', 'ORDERED', 'ERASED', 'CANCELLED')),
    constraint erasures_two_persons_check check (
        state not in ('ORDERED', 'ERASED') or (approve_actor_id <> '' and approve_actor_id <> request_actor_id)
    ),
    constraint erasures_certificate_check check ((state = 'ERASED') = (certificate <> ''))
);
create unique index erasures_open_key on erasures (practice_id, client_id) where state in ('REQUESTED', 'ORDERED');
select kept_protect('erasures');

create table erasure_parts (
    practice_id uuid not null,
    erasure_id uuid not null,
    service text not null,
    keys_destroyed integer not null,
    erase_time timestamptz not null,
    constraint erasure_parts_pkey primary key (practice_id, erasure_id, service),
    constraint erasure_parts_erasure_fkey foreign key (practice_id, erasure_id) references erasures
);
select kept_protect('erasure_parts');

-- Records are removed through this door only: an agreed detachment that covers them, past the practice's time and not held.
create function refuse_removal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public
    as $$
begin
    if exists (
        select from public.detachments d
         where d.practice_id = old.practice_id and d.state = 'DETACHING'
           and old.seq >= d.start_seq and old.seq < d.end_seq
    ) and not exists (
        select from public.legal_holds h
         where h.practice_id = old.practice_id and h.lift_time is null
           and (h.client_id is null or h.client_id = old.client_id)
    ) and exists (
        select from public.leaf_tiles t
         where t.practice_id = old.practice_id and t.index = old.seq / 256
           and substr(t.hashes, (old.seq % 256)::integer * 32 + 1, 32) = old.leaf_hash
    ) and greatest(old.record_time, old.occur_time) < now() - make_interval(years => coalesce(
        (select r.years from public.retentions r where r.practice_id = old.practice_id), 10))
    then
        return old;
    end if;
    raise exception 'the trail is append-only' using errcode = 'insufficient_privilege';
end
$$;

drop trigger records_append_only on records;
create trigger records_append_only before update on records for each row execute function refuse_change();
create trigger records_removal before delete on records for each row execute function refuse_removal();

do $$
declare
    name text;
begin
    foreach name in array array['leaf_tiles', 'erasure_parts'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
    end loop;
    foreach name in array array['leaf_tiles', 'erasure_parts', 'erasures', 'detachments', 'legal_holds', 'retentions'] loop
        execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                       name || '_no_truncate', name);
        execute format('revoke delete on %I from %I', name, kept_role('server'));
    end loop;
    foreach name in array array['erasures', 'detachments', 'legal_holds', 'retentions'] loop
        execute format('create trigger %I before delete on %I for each row execute function refuse_change()',
                       name || '_no_delete', name);
    end loop;
    foreach name in array array['leaf_tiles', 'erasure_parts'] loop
        execute format('revoke update on %I from %I', name, kept_role('server'));
    end loop;
    execute format('grant delete on records to %I', kept_role('server'));
end
$$;

-- Detachments of every practice on which the service has work to do; ids only.
create function detachments_due(batch integer) returns table (practice_id uuid, detachment_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select d.practice_id, d.detachment_id from public.detachments d
 where d.state in ('EXPORTING', 'DETACHING') order by d.update_time limit batch
$$;

do $$
begin
    revoke all on function detachments_due(integer) from public;
    execute format('grant execute on function detachments_due(integer) to %I', kept_role('server'));
end
$$;
