-- What failed on a day, told once a practice; the day is UTC's.

create table failure_digests (
    practice_id uuid not null,
    day date not null,
    failed_count int not null,
    create_time timestamptz not null,
    constraint failure_digests_pkey primary key (practice_id, day)
);
select kept_protect('failure_digests');

create index messages_failed_idx on messages (due_time, practice_id) where state = 'FAILED';

-- Names practices with failures on a day that was not digested yet; ids only.
create function find_undigested_practices(wanted date, most int)
returns table (practice_id uuid)
language sql stable security definer set search_path = pg_catalog, public
as $$
    select distinct m.practice_id from public.messages m
    where m.state = 'FAILED' and m.due_time >= wanted::timestamp at time zone 'UTC'
      and m.due_time < (wanted + 1)::timestamp at time zone 'UTC'
      and not exists (select 1 from public.failure_digests d where d.practice_id = m.practice_id and d.day = wanted)
    limit most
$$;

do $$
begin
    revoke all on function find_undigested_practices(date, int) from public;
    execute format('grant execute on function find_undigested_practices(date, int) to %I', kept_role('server'));
end
$$;
