-- A follow-up is told to client and care team once, at its lead time.

alter table follow_up_rules add column lead_days integer not null default 0;
alter table follow_ups
    add column prompt_time timestamptz,
    add column prompted_time timestamptz,
    add column is_confidential boolean not null default false;
-- What was open before is told on the day it is due; what is settled never is.
update follow_ups set prompt_time = due_date::timestamp at time zone 'UTC' where state = 'OPEN';
create index follow_ups_prompt_idx on follow_ups (prompt_time) where state = 'OPEN' and prompted_time is null;

-- Open follow-ups whose lead time has come and that were not told yet, in any practice.
create function follow_ups_to_prompt(batch integer) returns table (practice_id uuid, follow_up_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
select f.practice_id, f.follow_up_id from public.follow_ups f
 where f.state = 'OPEN' and f.prompted_time is null and f.prompt_time <= now()
 order by f.prompt_time limit batch
$$;
do $$
begin
    revoke all on function follow_ups_to_prompt(integer) from public;
    execute format('grant execute on function follow_ups_to_prompt(integer) to %I', kept_role('server'));
end
$$;
