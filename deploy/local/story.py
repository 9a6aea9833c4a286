"""Walks through the main job, step by step, as clients, desk and officer do it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.local.house_calls import SUITE_FILE, Person, Unexpected, gateway_url, sign_in
from deploy.local.people import DEMO_CLIENT, OTHER_CLIENT, PASSWORD, USERS, id_of
from deploy.local.places import PYTHON, REPO, ROOT_VARIABLE

PATIENCE_S = 120.0
"""Seconds a mail or a record may take: a fresh example has hundreds of confirmations to send first."""


class Steps:
    """Numbers the steps and says how each went."""

    def __init__(self) -> None:
        self._number = 0

    @asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[Callable[[str], None]]:
        """Announce a step; what it says is printed under it."""
        self._number += 1
        started = time.monotonic()
        print(f"\n{self._number:>2}. {title}", flush=True)

        def say(text: str) -> None:
            print(f"      {text}", flush=True)

        yield say
        say(f"done in {(time.monotonic() - started) * 1000:.0f} ms")


async def main() -> int:
    """Walk; return 0 when every step went as it should."""
    root = Path(os.environ[ROOT_VARIABLE])
    async with httpx.AsyncClient(base_url=gateway_url(), timeout=30) as http:
        try:
            await walk(http, root)
        except Unexpected as error:
            print(f"\nThe walk stopped: {error}", file=sys.stderr)
            return 1
    print("\nSign in at POST /dev-issuer/token (form fields username, password):")
    for user in USERS:
        print(f"  {user.user:<8} {PASSWORD:<6} {', '.join(user.roles)}")
    return 0


async def walk(http: httpx.AsyncClient, root: Path) -> None:
    """Search, book, be refused, be reminded, confirm, move, cancel, and prove who looked."""
    steps = Steps()
    desk, client, officer = (await sign_in(http, "desk"), await sign_in(http, "client"), await sign_in(http, "officer"))
    client_id = id_of("client", DEMO_CLIENT)
    other_id = id_of("client", OTHER_CLIENT)
    run = uuid.uuid4().hex[:8]
    for each in (client_id, other_id):
        await clear(desk, each, run)

    async with steps.step("The client looks for a free slot of 50 minutes") as say:
        slots = await free_slots(client)
        for slot in slots[:3]:
            say(f"{slot['start_wall']['local']} {slot['start_wall']['time_zone']}, {slot['modality'].lower()}")
        slot, later = slots[0], slots[-1]

    async with steps.step("The client books the first one") as say:
        booked = await client.ask("POST", "/v1/appointments", wish(client_id, slot), key=f"{run}-book", wanted=201)
        say(f"{booked['state']}, {booked['start_wall']['local']} {booked['start_wall']['time_zone']}")
        again = await client.ask("POST", "/v1/appointments", wish(client_id, slot), key=f"{run}-book", wanted=201)
        if again != booked:
            raise Unexpected("a retry with the same Idempotency-Key gave another answer")
        say("the same request again gives the same appointment: a double click books once")

    async with steps.step("Somebody else asks for the same slot and is refused, with alternatives") as say:
        refused = await desk.ask("POST", "/v1/appointments", wish(other_id, slot), key=f"{run}-other", wanted=409)
        if refused["reason"] != "SLOT_TAKEN" or not refused["alternatives"]:
            raise Unexpected(f"refused with {refused}")
        say(f"409 {refused['type']}: {refused['title']}")
        for each in refused["alternatives"]:
            say(f"instead: {each['start_wall']['local']} {each['start_wall']['time_zone']}")

    async with steps.step("A day before an appointment the client is reminded by mail (a real SMTP server)") as say:
        soon = await until_booked(client, wish(client_id, await slot_in_two_days(client)), f"{run}-soon")
        due = await wait_for_plan(desk, client_id, soon["appointment_id"])
        say(f"booked for {soon['start_wall']['local']}; the sender's clock is put forward to {due:%Y-%m-%d %H:%M} UTC")
        address = (await client.ask("GET", f"/v1/clients/{client_id}/contact-point"))["email"]
        since = time.time()
        put_forward(due + timedelta(seconds=1))
        mail = await wait_for_mail(root / "mail", address, since)
        say(f"to {mail['X-Envelope-To']}: {mail['Subject']}")
        for line in filter(None, text_of(mail).splitlines()):
            say(f"| {line}")

    async with steps.step("The client confirms by the link in it: opening changes nothing, the button does") as say:
        link = link_in(mail)
        for _ in range(3):
            page = await http.get(link)
        unchanged = await client.ask("GET", f"/v1/appointments/{soon['appointment_id']}")
        if page.status_code != 200 or unchanged["state"] != "BOOKED":
            raise Unexpected(f"opening the link: {page.status_code}, {unchanged['state']}")
        pressed = await http.post(link)
        confirmed = await client.ask("GET", f"/v1/appointments/{soon['appointment_id']}")
        if pressed.status_code != 200 or confirmed["state"] != "CONFIRMED":
            raise Unexpected(f"pressing the button: {pressed.status_code}, {confirmed['state']}")
        say(f"opened 3 times: {unchanged['state']}; pressed: {confirmed['state']}")

    async with steps.step("The client moves the first appointment; the old time is free for others again") as say:
        moved = await client.ask(
            "POST",
            f"/v1/appointments/{booked['appointment_id']}/moves",
            move(later),
            key=f"{run}-move",
            etag=booked["etag"],
        )
        say(f"{booked['start_wall']['local']} -> {moved['start_wall']['local']}")
        stale = await client.ask(
            "POST",
            f"/v1/appointments/{booked['appointment_id']}/cancellations",
            key=f"{run}-stale",
            etag=booked["etag"],
            wanted=412,
        )
        say(f"whoever still holds the old version is told: 412 {stale['type']}")
        taken_over = await until_booked(desk, wish(other_id, slot), f"{run}-freed")
        say(f"the freed slot is booked by somebody else: {taken_over['start_wall']['local']}")

    async with steps.step("The client cancels") as say:
        cancelled = await client.ask(
            "POST",
            f"/v1/appointments/{booked['appointment_id']}/cancellations",
            key=f"{run}-cancel",
            etag=moved["etag"],
        )
        say(f"{cancelled['state']} by {cancelled['cancelled_by']}, late: {cancelled['is_late_cancellation']}")
        history = await client.ask("GET", f"/v1/appointments/{booked['appointment_id']}/changes")
        say(" -> ".join(change["state"] for change in history["changes"]))

    async with steps.step("The compliance officer asks who did what with this client, and checks every record") as say:
        await wait_for_trail(officer, client_id, cancelled["appointment_id"])
        key = root / "keys" / "audit" / "checkpoint.pub"
        for command in (
            ["query", "--client", client_id, "--most", "8"],
            ["verify", "--client", client_id, "--key", str(key)],
        ):
            for line in kept_audit(officer, command):
                say(line)


async def clear(desk: Person, client_id: str, run: str) -> None:
    """Call off what an earlier walk left behind, so that the walk can be taken again."""
    now = datetime.now(UTC)
    found = await desk.ask(
        "GET",
        "/v1/appointments",
        client_id=client_id,
        from_time=now.isoformat(),
        to_time=(now + timedelta(days=60)).isoformat(),
    )
    for each in found["appointments"]:
        if each["state"] in ("BOOKED", "CONFIRMED"):
            path = f"/v1/appointments/{each['appointment_id']}/cancellations"
            await desk.ask("POST", path, key=f"{run}-clear-{each['appointment_id']}", etag=each["etag"])


async def free_slots(client: Person) -> list[dict[str, Any]]:
    """Return free slots from three days ahead, of one therapist who works at a site."""
    now = datetime.now(UTC)
    body = {
        "session_type_id": id_of("session-type", "individual-50"),
        "therapist_ids": [id_of("therapist", "carla-mendez")],
        "from_time": (now + timedelta(days=3)).isoformat(),
        "to_time": (now + timedelta(days=24)).isoformat(),
        "limit": 40,
    }
    found = await client.ask("POST", "/v1/searches/slots", body)
    slots: list[dict[str, Any]] = found["slots"]
    if len(slots) < 4:
        raise Unexpected(f"only {len(slots)} free slots")
    return slots


async def slot_in_two_days(client: Person) -> dict[str, Any]:
    """Return a free slot a little over a day ahead, before any standing appointment of the example."""
    now = datetime.now(UTC)
    body = {
        "session_type_id": id_of("session-type", "individual-50"),
        "from_time": (now + timedelta(hours=26)).isoformat(),
        "to_time": (now + timedelta(days=9)).isoformat(),
        "limit": 1,
    }
    found = await client.ask("POST", "/v1/searches/slots", body)
    slot: dict[str, Any] = found["slots"][0]
    return slot


async def wait_for_plan(desk: Person, client_id: str, appointment_id: str) -> datetime:
    """Wait until the confirmation is sent and the reminder is planned, and say for when: bookings travel as events."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = await desk.ask("GET", f"/v1/clients/{client_id}/messages")
        about = [each for each in found["messages"] if each["appointment_id"] == appointment_id]
        states = {each["step"]: each["state"] for each in about}
        if states.get("booked") == "SENT" and states.get("24h") == "PLANNED":
            return next(datetime.fromisoformat(each["due_time"]) for each in about if each["step"] == "24h")
        await asyncio.sleep(0.2)
    raise Unexpected(f"the messages of the appointment are {states}")


def put_forward(moment: datetime) -> None:
    """Let the sender look once with its clock put forward; the services' own clocks stay."""
    state = json.loads(Path(os.environ[SUITE_FILE]).read_text(encoding="utf-8"))
    command = [str(PYTHON), "-m", "services.notifications.sweep", "--at", moment.isoformat()]
    subprocess.run(command, cwd=REPO, env=state["environments"]["notifications-server"], check=True)


def wish(client_id: str, slot: dict[str, Any]) -> dict[str, Any]:
    """Return the body that books a slot."""
    return {
        "client_id": client_id,
        "therapist_id": slot["therapist_id"],
        "session_type_id": slot["session_type_id"],
        **move(slot),
    }


def move(slot: dict[str, Any]) -> dict[str, Any]:
    """Return the body that moves to a slot."""
    wall = slot["start_wall"]
    return {
        "local_start": wall["local"],
        "time_zone": wall["time_zone"],
        "fold": wall["fold"],
        "modality": slot["modality"],
    }


async def wait_for_mail(folder: Path, address: str, since: float, *, link: str = "/l/") -> email.message.EmailMessage:
    """Wait for a mail with a link to this address, newer than *since* (seconds of the epoch)."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for mail in fresh_mails(folder, since):
            if mail["X-Envelope-To"] == address and link in text_of(mail):
                return mail
        await asyncio.sleep(0.1)
    raise Unexpected(f"no mail with a link within {PATIENCE_S:.0f} s in {folder}")


def fresh_mails(folder: Path, since: float) -> list[email.message.EmailMessage]:
    """Return the mails that arrived since then, newest first."""
    # A name with a dot in front is a mail that is still being written.
    stored = [path for path in sorted(folder.glob("*.eml"), reverse=True) if not path.name.startswith(".")]
    paths = [path for path in stored if path.stat().st_mtime >= since]
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    return [mail for mail in found if isinstance(mail, email.message.EmailMessage)]


def text_of(mail: email.message.EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def link_in(mail: email.message.EmailMessage) -> str:
    """Return the first link of ours in a mail."""
    found = re.search(r"https?://\S+/l/[\w-]+", text_of(mail))
    if found is None:
        raise Unexpected("the mail holds no link")
    return found.group(0)


async def until_booked(person: Person, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Book a slot that is just being given back: its release travels as an event."""
    deadline = time.monotonic() + PATIENCE_S
    number = 0
    while True:
        number += 1
        answer = await person.send("POST", "/v1/appointments", body, key=f"{key}-{number}")
        if answer.status_code == 201:
            booked: dict[str, Any] = answer.json()
            return booked
        if time.monotonic() > deadline:
            raise Unexpected(f"the freed slot stayed taken: {answer.text[:300]}")
        await asyncio.sleep(0.1)


async def wait_for_trail(officer: Person, client_id: str, appointment_id: str) -> None:
    """Wait until the cancellation is in the trail: records travel as events, in order."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = await officer.ask("GET", "/v1/audit/records", client_id=client_id, limit=50)
        if any(
            each["operation"] == "booking.CancelAppointment" and each["content"]["object"]["id"] == appointment_id
            for each in found["records"]
        ):
            return
        await asyncio.sleep(0.2)
    raise Unexpected(f"the cancellation did not reach the trail within {PATIENCE_S:.0f} s")


def kept_audit(officer: Person, arguments: list[str]) -> list[str]:
    """Run the officer's own command; return what it prints."""
    command = [str(PYTHON), "-m", "services.audit.cli", "--url", str(officer.http.base_url), *arguments]
    done = subprocess.run(
        command, cwd=REPO, env=os.environ | {"KEPT_TOKEN": officer.token}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unexpected(f"kept-audit {arguments[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
