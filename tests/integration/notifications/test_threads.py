"""Clients and those who treat them write to each other; nobody else reads it, and no notice says what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kept.notifications.v1 import threads_pb2, threads_service_pb2

from services.notifications.adapters.threads import drop_loose
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.integration.notifications.test_door import refusal
from tests.support.clamd_double import EICAR, ClamdDouble
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration
PDF = b"%PDF-1.7 a letter"
SECRET = "I could not sleep again"


@pytest.fixture
async def scanner() -> AsyncIterator[ClamdDouble]:
    """A scanner that answers."""
    double = ClamdDouble()
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
async def door(office: Office, tmp_path: Path, scanner: ClamdDouble) -> AsyncIterator[Door]:
    """The service with its door open."""
    door = Door(office, tmp_path, scanner_url=scanner.url)
    await door.start()
    yield door
    await door.stop()


@pytest.fixture
async def therapist_id(office: Office, practice_id: str, client_id: str) -> str:
    """A therapist who has seen the client."""
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    return promise.therapist_id


async def begun(door: Door, who: Any, client_id: str, words: str = SECRET, files: tuple[str, ...] = ()) -> Any:
    """Begin a thread."""
    request = threads_service_pb2.CreateThreadRequest(
        client_id=client_id, topic="Nights", words=words, attachment_ids=files, request_id=new_id()
    )
    return await door.threads.CreateThread(request, metadata=who)


async def written(door: Door, who: Any, thread_id: str, words: str, files: tuple[str, ...] = ()) -> Any:
    """Write in a thread."""
    request = threads_service_pb2.CreatePostRequest(
        thread_id=thread_id, words=words, attachment_ids=files, request_id=new_id()
    )
    return await door.threads.CreatePost(request, metadata=who)


async def uploaded(door: Door, who: Any, client_id: str, content: bytes = PDF, name: str = "letter.pdf") -> Any:
    """Upload a file."""
    request = threads_service_pb2.CreateAttachmentRequest(
        client_id=client_id, file_name=name, content=content, request_id=new_id()
    )
    return await door.threads.CreateAttachment(request, metadata=who)


async def test_a_thread_goes_back_and_forth_and_says_who_has_read(
    door: Door, practice_id: str, client_id: str, therapist_id: str
) -> None:
    """The therapist has one unread, reads it, answers; the client sees both."""
    client, therapist = door.client(practice_id, client_id), door.therapist(practice_id, therapist_id)
    thread = await begun(door, client, client_id)

    care = await door.threads.ListCareThreads(
        threads_service_pb2.ListCareThreadsRequest(is_unread_only=True), metadata=therapist
    )
    posts = threads_service_pb2.ListPostsRequest(thread_id=thread.thread_id)
    first = (await door.threads.ListPosts(posts, metadata=therapist)).posts[0]
    read = threads_service_pb2.MarkThreadReadRequest(
        thread_id=thread.thread_id, post_id=first.post_id, request_id=new_id()
    )
    after = await door.threads.MarkThreadRead(read, metadata=therapist)
    await written(door, therapist, thread.thread_id, "Let us talk about it on Tuesday.")
    seen = (await door.threads.ListPosts(posts, metadata=client)).posts

    assert [each.unread_count for each in care.threads] == [1]
    assert after.unread_count == 0
    assert [each.words for each in seen] == ["Let us talk about it on Tuesday.", SECRET]
    assert [each.side for each in seen] == [threads_pb2.THREAD_SIDE_CARE_TEAM, threads_pb2.THREAD_SIDE_CLIENT]
    assert [each.HasField("read_time") for each in seen] == [False, True]
    mine = threads_service_pb2.ListThreadsRequest(client_id=client_id)
    assert [each.unread_count for each in (await door.threads.ListThreads(mine, metadata=client)).threads] == [1]


async def test_the_client_is_told_that_a_message_waits_and_no_more(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str, therapist_id: str
) -> None:
    """By mail, once a post of the care team; read in time, it is not said at all."""
    await office.meet(practice_id, client_id)
    office.at += timedelta(hours=6)
    client, therapist = door.client(practice_id, client_id), door.therapist(practice_id, therapist_id)
    thread = await begun(door, client, client_id)
    await office.sweep()
    before = list(sink.subjects())

    await written(door, therapist, thread.thread_id, SECRET)
    await office.sweep()
    told = sink.letters[len(before) :]
    post = await written(door, therapist, thread.thread_id, "And another thing")
    read = threads_service_pb2.MarkThreadReadRequest(
        thread_id=thread.thread_id, post_id=post.post_id, request_id=new_id()
    )
    await door.threads.MarkThreadRead(read, metadata=client)
    await office.sweep()

    assert [str(each["Subject"]) for each in told] == ["You have a message"]
    assert len(before) + 1 == len(sink.letters)
    for word in (SECRET, "Nights", "List-Unsubscribe"):
        assert word not in told[0].as_string()


async def test_the_care_team_is_told_that_a_client_wrote_at_most_once_an_hour(
    office: Office, door: Door, practice_id: str, client_id: str, therapist_id: str
) -> None:
    """By a notice that names the team and neither client nor thread; what the team writes itself is no news to it."""
    client, therapist = door.client(practice_id, client_id), door.therapist(practice_id, therapist_id)
    thread = await begun(door, client, client_id)
    await written(door, client, thread.thread_id, "And another thing.")
    await written(door, therapist, thread.thread_id, "I have read it.")
    office.at += timedelta(hours=1)
    await written(door, client, thread.thread_id, "Thank you.")

    async with office.database.begin([practice_id]) as conn:
        found = await conn.execute("select topic, contact_ids::text[], notice_id::text from officer_notices")
        rows = await found.fetchall()
    assert [row[:2] for row in rows] == [("care-message", [therapist_id])] * 2
    assert thread.thread_id not in {row[2] for row in rows}


async def test_nobody_else_reads_a_thread(door: Door, practice_id: str, client_id: str, therapist_id: str) -> None:
    """Another therapist, the desk, the admin, another client, the same person in another practice."""
    thread = await begun(door, door.client(practice_id, client_id), client_id)
    posts = threads_service_pb2.ListPostsRequest(thread_id=thread.thread_id)
    strangers = [
        door.therapist(practice_id, new_id()),
        door.clerk(practice_id),
        door.admin(practice_id),
        door.client(practice_id, new_id()),
    ]

    for stranger in strangers:
        assert await refusal(door.threads.ListPosts(posts, metadata=stranger)) == ("PERMISSION_DENIED", "NOT_ALLOWED")
        assert await refusal(written(door, stranger, thread.thread_id, "Hello")) == ("PERMISSION_DENIED", "NOT_ALLOWED")
    elsewhere = door.client(new_id(), client_id)
    assert await refusal(door.threads.ListPosts(posts, metadata=elsewhere)) == ("NOT_FOUND", "NOT_FOUND")
    other = door.therapist(practice_id, new_id())
    found = await door.threads.ListCareThreads(threads_service_pb2.ListCareThreadsRequest(), metadata=other)
    assert list(found.threads) == []


async def test_nothing_of_it_stands_in_the_database_or_in_an_event(
    door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Words, topic, file name and content: ciphertext at rest; the event has ids and times."""
    client = door.client(practice_id, client_id)
    file = await uploaded(door, client, client_id, b"%PDF-1.7 very private", "diagnosis.pdf")
    await begun(door, client, client_id, files=(file.attachment_id,))

    with psycopg.connect(store.owner_url) as owner:
        ours = ("threads", "posts", "attachments", "thread_keys", "thread_readers")
        tables = (*ours, "outbox", "audit_outbox", "requests")
        dump = " ".join(str(owner.execute(f"select t::text from {table} t".encode()).fetchall()) for table in tables)
        events = owner.execute("select type from outbox").fetchall()
    for word in (SECRET, "Nights", "very private", "diagnosis"):
        assert word not in dump
    assert events == [("kept.notifications.v1.PostCreated",)]


async def test_a_file_comes_back_as_it_was_to_those_who_may_read(
    door: Door, scanner: ClamdDouble, practice_id: str, client_id: str, therapist_id: str
) -> None:
    """Before it is posted only its uploader has it; each is posted once."""
    client, therapist = door.client(practice_id, client_id), door.therapist(practice_id, therapist_id)
    file = await uploaded(door, client, client_id, PDF * 10_000)
    get = threads_service_pb2.GetAttachmentRequest(attachment_id=file.attachment_id)

    early = await refusal(door.threads.GetAttachment(get, metadata=therapist))
    thread = await begun(door, client, client_id, files=(file.attachment_id,))
    found = await door.threads.GetAttachment(get, metadata=therapist)
    twice = await refusal(written(door, client, thread.thread_id, "Again", (file.attachment_id,)))

    assert early == ("NOT_FOUND", "NOT_FOUND")
    assert (
        found.content,
        found.attachment.file_name,
        found.attachment.media_type,
    ) == (PDF * 10_000, "letter.pdf", "application/pdf")
    assert scanner.scanned == [PDF * 10_000]
    assert twice == ("FAILED_PRECONDITION", "ATTACHMENT_UNKNOWN")


async def test_a_harmful_file_is_refused_and_an_absent_scanner_lets_none_through(
    door: Door, scanner: ClamdDouble, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Found, an error, a cut line, nobody there: nothing is stored."""
    client = door.client(practice_id, client_id)

    answers = [await refusal(uploaded(door, client, client_id, EICAR, "a.txt"))]
    for mood in ("error", "cut"):
        scanner.mood = mood
        answers.append(await refusal(uploaded(door, client, client_id)))
    await scanner.stop()
    answers.append(await refusal(uploaded(door, client, client_id)))

    away = ("UNAVAILABLE", "SCANNER_AWAY")
    assert [("INVALID_ARGUMENT", "FILE_INFECTED"), away, away, away] == answers
    with psycopg.connect(store.owner_url) as owner:
        assert owner.execute("select count(*) from attachments").fetchone() == (0,)


async def test_a_retry_writes_once(door: Door, practice_id: str, client_id: str) -> None:
    """The same request id gives the first answer."""
    client = door.client(practice_id, client_id)
    thread = await begun(door, client, client_id)
    request = threads_service_pb2.CreatePostRequest(thread_id=thread.thread_id, words="Once", request_id=new_id())

    first = await door.threads.CreatePost(request, metadata=client)
    second = await door.threads.CreatePost(request, metadata=client)
    posts = threads_service_pb2.ListPostsRequest(thread_id=thread.thread_id, page_size=1)
    page = await door.threads.ListPosts(posts, metadata=client)
    posts.page_token = page.next_page_token
    rest = await door.threads.ListPosts(posts, metadata=client)

    assert first == second
    assert (
        [each.words for each in page.posts],
        [each.words for each in rest.posts],
        rest.next_page_token,
    ) == (["Once"], [SECRET], "")


async def test_bad_input_is_refused_with_its_reason(door: Door, practice_id: str, client_id: str) -> None:
    """Empty, too long, unknown files, too many of them."""
    client = door.client(practice_id, client_id)
    thread = await begun(door, client, client_id)

    async def reason(words: str, files: tuple[str, ...] = ()) -> str:
        return (await refusal(written(door, client, thread.thread_id, words, files)))[1]

    assert await reason("  \n") == "WORDS_MISSING"
    assert await reason("x" * 8001) == "WORDS_TOO_LONG"
    assert await reason("Here", (new_id(),)) == "ATTACHMENT_UNKNOWN"
    assert await reason("Here", tuple(new_id() for _ in range(6))) == "TOO_MANY_ATTACHMENTS"
    assert (await refusal(written(door, client, new_id(), "Here")))[1] == "NOT_FOUND"


async def test_what_nobody_posts_is_thrown_away_after_a_day(
    office: Office, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """The room is the client's again."""
    client = door.client(practice_id, client_id)
    loose = await uploaded(door, client, client_id)
    posted = await uploaded(door, client, client_id)
    await begun(door, client, client_id, files=(posted.attachment_id,))

    async with office.database.begin([]) as conn:
        dropped = await drop_loose(conn, before=office.at + timedelta(seconds=1), most=10)

    with psycopg.connect(store.owner_url) as owner:
        left = owner.execute("select attachment_id::text from attachments").fetchall()
        stored = owner.execute("select stored_bytes from thread_keys").fetchall()
    assert (1, [(posted.attachment_id,)], [(len(PDF),)]) == (dropped, left, stored)
    assert loose.attachment_id != posted.attachment_id
