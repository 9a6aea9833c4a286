-- The trail: records in one order per practice, the tree above them, and what was signed.

create table records (
    practice_id uuid not null,
    seq bigint not null,
    client_id uuid,
    actor_id text not null,
    operation text not null,
    stage text not null,
    occur_time timestamptz not null,
    emitter text not null,
    emitter_seq bigint not null,
    canonical bytea not null,
    leaf_hash bytea not null,
    record_time timestamptz not null default now(),
    constraint records_pkey primary key (practice_id, seq),
    constraint records_emitter_key unique (practice_id, emitter, emitter_seq),
    constraint records_leaf_check check (length(leaf_hash) = 32)
);
create index records_client_idx on records (practice_id, client_id, seq desc);
create index records_actor_idx on records (practice_id, actor_id, seq desc);
select kept_protect('records');

-- Complete subtrees of 2^8, 2^16, ... leaves; smaller ones are made from leaves, as tlog tiles do.
create table nodes (
    practice_id uuid not null,
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    constraint nodes_pkey primary key (practice_id, level, index)
);
select kept_protect('nodes');

-- One row a practice: the size, the right edge and the root of its tree. Locked while records are appended.
create table heads (
    practice_id uuid not null,
    size bigint not null,
    frontier bytea not null,
    root bytea not null,
    signed_size bigint not null default 0,
    constraint heads_pkey primary key (practice_id)
);
select kept_protect('heads');

create table checkpoints (
    practice_id uuid not null,
    size bigint not null,
    root bytea not null,
    note text not null,
    sign_time timestamptz not null default now(),
    constraint checkpoints_pkey primary key (practice_id, size)
);
select kept_protect('checkpoints');

-- The same number of the same emitter with other bytes: the first was kept, this is the other.
create table equivocations (
    practice_id uuid not null,
    emitter text not null,
    emitter_seq bigint not null,
    other_digest text not null,
    other text not null,
    find_time timestamptz not null default now(),
    constraint equivocations_pkey primary key (practice_id, emitter, emitter_seq, other_digest)
);
select kept_protect('equivocations');

-- What could not be read is kept whole, never dropped.
create table unreadable_records (
    practice_id uuid not null,
    digest text not null,
    record text not null,
    reason text not null,
    receive_time timestamptz not null default now(),
    constraint unreadable_records_pkey primary key (practice_id, digest)
);
select kept_protect('unreadable_records');

-- What is written is written: neither the service nor its owner changes or removes it by accident or by grant.
create function refuse_change() returns trigger
    language plpgsql
    as $$
begin
    raise exception 'the trail is append-only' using errcode = 'insufficient_privilege';
end
$$;

do $$
declare
    name text;
begin
    foreach name in array array['records', 'nodes', 'checkpoints', 'equivocations', 'unreadable_records'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                       name || '_no_truncate', name);
        execute format('revoke update, delete on %I from %I', name, kept_role('server'));
    end loop;
    execute format('revoke delete on heads from %I', kept_role('server'));
end
$$;

-- Practices whose tree grew since it was last signed.
create function trees_unsigned(batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select h.practice_id from public.heads h where h.size > h.signed_size limit batch $$;

do $$
begin
    revoke all on function trees_unsigned(integer) from public;
    execute format('grant execute on function trees_unsigned(integer) to %I', kept_role('server'));
end
$$;
