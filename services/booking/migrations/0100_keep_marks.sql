-- What the watching of the trail compares people by: keyed hashes, flags and ends. Of staff nothing else is stored here.
create table person_marks (
    practice_id uuid not null,
    kind text not null,
    person_id text not null,
    family_mark bytea,
    address_mark bytea,
    phone_mark bytea,
    is_vip boolean not null default false,
    leave_time timestamptz,
    version bigint not null,
    constraint person_marks_pkey primary key (practice_id, kind, person_id),
    constraint person_marks_kind_check check (kind in ('client', 'staff'))
);
select kept_protect('person_marks');

-- Clients whose marks were never made: those who were registered before there were any.
create function clients_unmarked(batch integer) returns table (practice_id uuid, client_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select c.practice_id, c.client_id from public.clients c
 where length(c.wrapped_key) > 0
   and not exists (select from public.person_marks m
                    where m.practice_id = c.practice_id and m.kind = 'client' and m.person_id = c.client_id::text)
 limit batch
$$;

do $$
begin
    revoke all on function clients_unmarked(integer) from public;
    execute format('grant execute on function clients_unmarked(integer) to %I', kept_role('server'));
end
$$;
