-- Warnings given: each licence once for each step, however often the job runs.
create table licence_warnings (
    practice_id uuid not null,
    therapist_id uuid not null,
    region text not null,
    expire_date date not null,
    days_ahead integer not null,
    warn_time timestamptz not null default now(),
    constraint licence_warnings_pkey primary key (practice_id, therapist_id, region, expire_date, days_ahead)
);
select kept_protect('licence_warnings');

-- Licences that end within 60 days, or have ended, and of which the step they are in has not been told; of any practice.
create function licences_ending(batch integer)
    returns table (practice_id uuid, therapist_id uuid, region text, expire_date date, days_ahead integer)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select e.practice_id, e.therapist_id, e.region, e.expire_date, e.days_ahead from (
    select p.practice_id, p.therapist_id, l ->> 'region' as region, (l ->> 'expire_date')::date as expire_date,
           case when (l ->> 'expire_date')::date < (now() at time zone 'utc')::date then 0
                when (l ->> 'expire_date')::date <= (now() at time zone 'utc')::date + 7 then 7
                when (l ->> 'expire_date')::date <= (now() at time zone 'utc')::date + 30 then 30
                else 60 end as days_ahead
      from public.therapist_profiles p, jsonb_array_elements(p.licences) l
     where coalesce(l ->> 'expire_date', '') <> ''
       and (l ->> 'expire_date')::date <= (now() at time zone 'utc')::date + 60
) e
 where not exists (
    select from public.licence_warnings w
     where w.practice_id = e.practice_id and w.therapist_id = e.therapist_id and w.region = e.region
       and w.expire_date = e.expire_date and w.days_ahead = e.days_ahead
 )
 limit batch
$$;
do $$
begin
    revoke all on function licences_ending(integer) from public;
    execute format('grant execute on function licences_ending(integer) to %I', kept_role('server'));
end
$$;
