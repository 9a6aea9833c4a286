-- How far the database's own list of schema changes was taken into the trail; one row, no practice's data.
create table schema_changes_told (
    only_row boolean not null default true,
    change_id bigint not null default 0,
    constraint schema_changes_told_pkey primary key (only_row),
    constraint schema_changes_told_one_check check (only_row)
);
insert into schema_changes_told default values;
alter table schema_changes_told enable row level security;
alter table schema_changes_told force row level security;

do $$
begin
    execute format('create policy told_all on schema_changes_told to %I, %I using (true) with check (true)',
                   kept_role('server'), kept_role('owner'));
    execute format('grant select, update on schema_changes_told to %I', kept_role('server'));
end
$$;
