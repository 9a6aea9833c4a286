-- What clients and those who treat them write to each other, sealed under the client's own key; who treats whom.

-- A therapist is of a client's care team here from the first appointment of both on.
create table care_pairs (
    practice_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,
    since_time timestamptz not null default now(),
    constraint care_pairs_pkey primary key (practice_id, client_id, therapist_id)
);
create index care_pairs_therapist_idx on care_pairs (practice_id, therapist_id);
select kept_protect('care_pairs');

create table thread_keys (
    practice_id uuid not null,
    client_id uuid not null,
    wrapped_dek bytea not null,
    stored_bytes bigint not null default 0,
    thread_count int not null default 0,
    constraint thread_keys_pkey primary key (practice_id, client_id)
);
select kept_protect('thread_keys');

create table threads (
    practice_id uuid not null,
    thread_id uuid not null,
    client_id uuid not null,
    topic_sealed bytea not null,
    post_count int not null,
    last_side text not null,
    last_post_id uuid not null,
    last_post_time timestamptz not null,
    create_time timestamptz not null,
    constraint threads_pkey primary key (practice_id, thread_id),
    constraint threads_client_fkey foreign key (practice_id, client_id) references thread_keys,
    constraint threads_side_check check (last_side in ('CLIENT', 'CARE_TEAM'))
);
create index threads_client_idx on threads (practice_id, client_id, last_post_id);
create index threads_practice_idx on threads (practice_id, last_post_id);
select kept_protect('threads');

create table posts (
    practice_id uuid not null,
    post_id uuid not null,
    thread_id uuid not null,
    number int not null,
    side text not null,
    author_id text not null,
    words_sealed bytea not null,
    create_time timestamptz not null,
    constraint posts_pkey primary key (practice_id, post_id),
    constraint posts_number_key unique (practice_id, thread_id, number),
    constraint posts_thread_fkey foreign key (practice_id, thread_id) references threads,
    constraint posts_side_check check (side in ('CLIENT', 'CARE_TEAM'))
);
select kept_protect('posts');

-- How far somebody has read; numbers of posts only grow.
create table thread_readers (
    practice_id uuid not null,
    thread_id uuid not null,
    reader_id text not null,
    side text not null,
    number int not null,
    read_time timestamptz not null,
    constraint thread_readers_pkey primary key (practice_id, thread_id, reader_id),
    constraint thread_readers_thread_fkey foreign key (practice_id, thread_id) references threads
);
select kept_protect('thread_readers');

-- A file waits for its post; one that was not posted within a day is thrown away.
create table attachments (
    practice_id uuid not null,
    attachment_id uuid not null,
    client_id uuid not null,
    post_id uuid,
    place int not null default 0,
    uploader_id text not null,
    name_sealed bytea not null,
    media_type text not null,
    size_bytes int not null,
    content_sealed bytea not null,
    create_time timestamptz not null,
    constraint attachments_pkey primary key (practice_id, attachment_id),
    constraint attachments_client_fkey foreign key (practice_id, client_id) references thread_keys,
    constraint attachments_post_fkey foreign key (practice_id, post_id) references posts
);
alter table attachments alter column content_sealed set storage external;
create index attachments_post_idx on attachments (practice_id, post_id);
create index attachments_loose_idx on attachments (create_time) where post_id is null;
select kept_protect('attachments');

-- Throws files away that nobody posted, of every practice; returns how many.
create function drop_loose_attachments(before timestamptz, most int)
returns bigint
language sql security definer set search_path = pg_catalog, public
as $$
    with loose as (
        select a.practice_id, a.attachment_id, a.client_id, a.size_bytes from public.attachments a
        where a.post_id is null and a.create_time < before
        limit most
        for update skip locked
    ), dropped as (
        delete from public.attachments a using loose l
        where a.practice_id = l.practice_id and a.attachment_id = l.attachment_id
    ), freed as (
        update public.thread_keys k set stored_bytes = k.stored_bytes - l.size_bytes
        from (select practice_id, client_id, sum(size_bytes) as size_bytes from loose group by 1, 2) l
        where k.practice_id = l.practice_id and k.client_id = l.client_id
    )
    select count(*) from loose
$$;

do $$
begin
    revoke all on function drop_loose_attachments(timestamptz, int) from public;
    execute format('grant execute on function drop_loose_attachments(timestamptz, int) to %I', kept_role('server'));
end
$$;
