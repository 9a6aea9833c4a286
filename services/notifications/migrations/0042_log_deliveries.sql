-- Every try to reach somebody, what providers report about it, and what people text back.

create table deliveries (
    practice_id uuid not null,
    message_id uuid not null,
    number int not null,
    client_id uuid not null,
    channel text not null,
    provider text not null,
    provider_ref text not null,
    outcome text not null,
    code text not null,
    segments int not null,
    deliver_time timestamptz not null,
    constraint deliveries_pkey primary key (practice_id, message_id, number),
    constraint deliveries_message_fkey foreign key (practice_id, message_id) references messages
);
select kept_protect('deliveries');

-- The highest that a provider reported; a report may be there before the try it is about is stored.
create table delivery_reports (
    practice_id uuid not null,
    provider text not null,
    provider_ref text not null,
    message_id uuid not null,
    report text not null,
    rank int not null,
    code text not null,
    report_time timestamptz not null,
    constraint delivery_reports_pkey primary key (practice_id, provider, provider_ref),
    constraint delivery_reports_message_fkey foreign key (practice_id, message_id) references messages
);
create index delivery_reports_message_idx on delivery_reports (practice_id, message_id);
select kept_protect('delivery_reports');

-- Which practices write to a number from a sender that several share: found by a hash that is the house's, not a practice's.
create table texted_numbers (
    practice_id uuid not null,
    number_hash bytea not null,
    client_id uuid not null,
    last_time timestamptz not null,
    constraint texted_numbers_pkey primary key (practice_id, number_hash, client_id)
);
create index texted_numbers_hash_idx on texted_numbers (number_hash, last_time);
select kept_protect('texted_numbers');

-- What somebody texted back; words and number sealed under the client's key, or under the row's own when nobody is known.
create table replies (
    practice_id uuid not null,
    reply_id uuid not null,
    client_id uuid,
    wrapped_dek bytea not null,
    sender_sealed bytea not null,
    words_sealed bytea not null,
    provider text not null,
    provider_ref text not null,
    meaning text not null,
    state text not null,
    appointment_id uuid,
    answer text not null default '',
    receive_time timestamptz not null,
    closed_by text not null default '',
    close_time timestamptz,
    constraint replies_pkey primary key (practice_id, reply_id),
    constraint replies_once_key unique (practice_id, provider, provider_ref),
    constraint replies_state_check check (state in ('HANDLED', 'OPEN', 'CLOSED'))
);
create index replies_open_idx on replies (practice_id, reply_id) where state = 'OPEN';
create index replies_appointment_idx on replies (practice_id, appointment_id) where appointment_id is not null;
select kept_protect('replies');

-- What a client was asked by text, and what each number means; one question at a time.
create table reply_questions (
    practice_id uuid not null,
    client_id uuid not null,
    word text not null,
    appointment_ids uuid[] not null,
    start_times timestamptz[] not null,
    expire_time timestamptz not null,
    constraint reply_questions_pkey primary key (practice_id, client_id),
    constraint reply_questions_word_check check (word in ('CONFIRM', 'CANCEL', 'RESCHEDULE', 'MOVE', 'UNDO'))
);
select kept_protect('reply_questions');

-- Seen by the client in their own inbox.
create table inbox_reads (
    practice_id uuid not null,
    message_id uuid not null,
    read_time timestamptz not null,
    constraint inbox_reads_pkey primary key (practice_id, message_id),
    constraint inbox_reads_message_fkey foreign key (practice_id, message_id) references messages
);
select kept_protect('inbox_reads');

create index messages_due_log_idx on messages (practice_id, due_time, message_id);

-- Tells which practices a number was written to by, the latest first: who texts back can't say which practice is meant.
create function find_texting_practices(hash bytea, most int)
returns table (practice_id uuid)
language sql stable security definer set search_path = pg_catalog, public
as $$
    select t.practice_id from public.texted_numbers t
    where t.number_hash = hash
    group by t.practice_id
    order by max(t.last_time) desc
    limit most
$$;

do $$
begin
    revoke all on function find_texting_practices(bytea, int) from public;
    execute format('grant execute on function find_texting_practices(bytea, int) to %I', kept_role('server'));
end
$$;
