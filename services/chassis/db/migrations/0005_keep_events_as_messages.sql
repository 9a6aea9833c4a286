-- The outbox keeps an event as its serialised message; the relay writes the JSON (ADR 0014).
-- SQL can't turn one into the other: what waits must be published first. Stop the servers, let the workers empty the
-- outbox, migrate, start again.
do $$
begin
    if exists (select from outbox) then
        raise exception 'the outbox holds events in the old form: let the worker publish them first';
    end if;
end
$$;
alter table outbox drop column body;
alter table outbox add column body bytea not null;
