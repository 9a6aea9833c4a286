-- Whom of the staff to page, and the pages of crisis flags: said again until a human takes over.

create table on_call_contacts (
    practice_id uuid not null,
    contact_id uuid not null,
    level int not null,
    wrapped_dek bytea not null,
    email_sealed bytea not null,
    locale text not null,
    is_active boolean not null,
    update_time timestamptz not null default now(),
    constraint on_call_contacts_pkey primary key (practice_id, contact_id),
    constraint on_call_contacts_level_check check (level between 1 and 3),
    constraint on_call_contacts_locale_check check (locale in ('en', 'es'))
);
select kept_protect('on_call_contacts');

-- One a flag; ids and times only.
create table pages (
    practice_id uuid not null,
    flag_id uuid not null,
    raise_time timestamptz not null,
    version bigint not null,
    round int not null default 0,
    next_time timestamptz,
    end_time timestamptz,
    constraint pages_pkey primary key (practice_id, flag_id),
    constraint pages_end_check check ((next_time is null) = (end_time is not null))
);
create index pages_due_idx on pages (next_time) where end_time is null;
select kept_protect('pages');

-- Every try, also of a round that is said twice after a crash.
create table page_deliveries (
    practice_id uuid not null,
    delivery_id uuid not null,
    flag_id uuid not null,
    round int not null,
    contact_id uuid not null,
    outcome text not null,
    deliver_time timestamptz not null,
    constraint page_deliveries_pkey primary key (practice_id, delivery_id),
    constraint page_deliveries_page_fkey foreign key (practice_id, flag_id) references pages
);
create index page_deliveries_page_idx on page_deliveries (practice_id, flag_id);
select kept_protect('page_deliveries');

-- Leases due pages of every practice to one replica; ids only, the rows stay behind the wall.
create function claim_due_pages(most int, lease interval, now_time timestamptz)
returns table (practice_id uuid, flag_id uuid)
language sql security definer set search_path = pg_catalog, public
as $$
    update public.pages p set next_time = now_time + lease
    from (
        select d.practice_id, d.flag_id from public.pages d
        where d.end_time is null and d.next_time <= now_time
        order by d.next_time
        limit most
        for update skip locked
    ) due
    where p.practice_id = due.practice_id and p.flag_id = due.flag_id
    returning p.practice_id, p.flag_id
$$;

do $$
begin
    revoke all on function claim_due_pages(int, interval, timestamptz) from public;
    execute format(
        'grant execute on function claim_due_pages(int, interval, timestamptz) to %I', kept_role('server'));
end
$$;
