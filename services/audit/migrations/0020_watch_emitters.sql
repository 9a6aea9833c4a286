-- Who writes records, how far each has come, and what is wrong: emitters number across practices, so their rows are
-- nobody's practice's (the nil id).

create table emitters (
    practice_id uuid not null,
    emitter text not null,
    -- The highest number it says it wrote, and the first that still waits to be shipped; 0 when none does.
    told_seq bigint not null default 0,
    waiting_seq bigint not null default 0,
    waiting_s double precision not null default 0,
    -- Its clock minus its database's, in seconds.
    skew_s double precision not null default 0,
    -- When we last heard from it, by our own clock, and since when numbers it told are missing at the end.
    beat_time timestamptz not null,
    missing_since timestamptz,
    -- When it said farewell: its silence is no alarm then.
    end_time timestamptz,
    constraint emitters_pkey primary key (practice_id, emitter)
);
select kept_protect('emitters');

-- Unbroken runs of numbers that came in, of all practices together; one row an emitter while nothing is missing.
create table emitter_spans (
    practice_id uuid not null,
    emitter text not null,
    first_seq bigint not null,
    last_seq bigint not null,
    -- What its first record names as the one before, and the hash of its last: two runs that meet must fit.
    first_prev text not null,
    last_digest text not null,
    open_time timestamptz not null default now(),
    constraint emitter_spans_pkey primary key (practice_id, emitter, first_seq),
    constraint emitter_spans_order_check check (first_seq <= last_seq)
);
select kept_protect('emitter_spans');

-- What is in the trail already counts as received.
insert into emitter_spans (practice_id, emitter, first_seq, last_seq, first_prev, last_digest)
select '00000000-0000-0000-0000-000000000000', run.emitter, run.first_seq, run.last_seq,
       coalesce(record_content(f.canonical)->>'prev', ''), encode(sha256(l.canonical), 'hex')
  from (
    select emitter, min(emitter_seq) as first_seq, max(emitter_seq) as last_seq
      from (select distinct emitter, emitter_seq, emitter_seq - dense_rank() over (partition by emitter order by emitter_seq) as island
              from records) numbered
     group by emitter, island
  ) run
 cross join lateral (
    select r.canonical from heads h join records r using (practice_id)
     where r.emitter = run.emitter and r.emitter_seq = run.first_seq limit 1
  ) f
 cross join lateral (
    select r.canonical from heads h join records r using (practice_id)
     where r.emitter = run.emitter and r.emitter_seq = run.last_seq limit 1
  ) l;

-- What is wrong, or was: one row while it lasts, whatever often it is seen.
create table alarms (
    practice_id uuid not null,
    alarm_id uuid not null,
    kind text not null,
    severity text not null,
    -- What it is about: an emitter, a place in the tree. With the kind it tells the same alarm from another.
    subject text not null,
    -- Numbers, hashes and ids that show it; never a name.
    evidence jsonb not null,
    first_time timestamptz not null,
    last_time timestamptz not null,
    sightings bigint not null default 1,
    resolve_time timestamptz,
    -- Why it is over: GONE (by itself), or what somebody said.
    resolution text not null default '',
    resolved_by text not null default '',
    version bigint not null default 1,
    constraint alarms_pkey primary key (practice_id, alarm_id),
    constraint alarms_severity_check check (severity in ('LOW', 'MEDIUM', 'HIGH')),
    constraint alarms_resolution_check check ((resolve_time is null) = (resolution = ''))
);
create unique index alarms_open_key on alarms (practice_id, kind, subject) where resolve_time is null;
create index alarms_first_idx on alarms (practice_id, alarm_id desc);
select kept_protect('alarms');

-- Who has seen an alarm. Alarms about emitters are nobody's practice's: each practice's officer acknowledges for themself.
create table alarm_acknowledgements (
    practice_id uuid not null,
    alarm_id uuid not null,
    actor_id text not null,
    acknowledge_time timestamptz not null,
    constraint alarm_acknowledgements_pkey primary key (practice_id, alarm_id, actor_id)
);
select kept_protect('alarm_acknowledgements');

-- How far the checking of stored records has come; it begins anew at the end.
create table check_positions (
    practice_id uuid not null,
    next_seq bigint not null default 0,
    check_time timestamptz not null,
    constraint check_positions_pkey primary key (practice_id)
);
select kept_protect('check_positions');

-- The digest of the record an emitter gave under a number, in whichever practice it stands.
create function emitter_digest(name text, number bigint) returns text
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select encode(sha256(r.canonical), 'hex')
  from public.heads h join public.records r using (practice_id)
 where r.emitter = name and r.emitter_seq = number limit 1
$$;

-- The practices that have a tree, those that were looked after longest ago first.
create function trees_to_check(batch integer) returns table (practice_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select h.practice_id from public.heads h left join public.check_positions c using (practice_id)
 order by c.check_time nulls first limit batch
$$;

do $$
declare
    name text;
begin
    foreach name in array array['emitter_digest(text, bigint)', 'trees_to_check(integer)'] loop
        execute format('revoke all on function %s from public', name);
        execute format('grant execute on function %s to %I', name, kept_role('server'));
    end loop;
    execute format('revoke delete on alarms, alarm_acknowledgements, emitters from %I', kept_role('server'));
    execute format('revoke update on alarm_acknowledgements from %I', kept_role('server'));
end
$$;

-- How many alarms are open, of all practices.
create function alarms_open() returns table (kind text, severity text, open bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select a.kind, a.severity, count(*) from public.alarms a where a.resolve_time is null group by 1, 2 $$;

do $$
begin
    revoke all on function alarms_open() from public;
    execute format('grant execute on function alarms_open() to %I', kept_role('server'));
end
$$;
