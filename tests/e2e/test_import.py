"""A practice that changes over brings its files, tries them dry, imports them, and does it again."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.house_calls import Person
from deploy.local.people import PASSWORD, PRACTICE_ID
from deploy.local.places import REPO
from deploy.local.suite import Suite
from services.chassis.oidc import DemoUser, DevelopmentIssuer
from tests.e2e.test_bad_input import FREE_DAY
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

KIND = "Individual session, 50 minutes"
MONDAY = FREE_DAY + timedelta(days=5)

THERAPISTS = f"""key,display_name,weekday,start,end,site,modalities,session_types,time_zone
rosa,Rosa Imported,mon,09:00,17:00,Harbour House,VIDEO;IN_PERSON,"{KIND}",America/Los_Angeles
rosa,Rosa Imported,wed,09:00,17:00,,VIDEO,"{KIND}",America/Los_Angeles
ivan,Ivan Imported,mon,09:00,17:00,Nowhere,VIDEO,"{KIND}",America/Los_Angeles
"""
CLIENTS = """key,given_name,family_name,birth_date,email,phone,time_zone,has_consent
c-1,Zoë,Beispiel,1988-04-02,zoe.import@example.com,(303) 555-0943,America/Los_Angeles,yes
c-2,Luis,Ejemplo,,luis.import@example.com,,America/Los_Angeles,no
c-3,Gita,Again,,gita.silva.1@example.com,,America/Los_Angeles,no
c-4,Bad,Phone,,,12,America/Los_Angeles,no
"""
APPOINTMENTS = f"""key,client,therapist,session_type,start,time_zone,modality
a-1,c-1,rosa,"{KIND}",{MONDAY}T09:00,America/Los_Angeles,VIDEO
a-2,luis.import@example.com,Rosa Imported,"{KIND}",{MONDAY}T10:00,America/Los_Angeles,
a-3,c-2,rosa,"{KIND}",{MONDAY}T09:30,America/Los_Angeles,VIDEO
a-4,c-2,rosa,"{KIND}",{MONDAY}T03:00,America/Los_Angeles,VIDEO
a-5,nobody,rosa,"{KIND}",{MONDAY}T11:00,America/Los_Angeles,VIDEO
a-6,c-1,rosa,Aromatherapy,{MONDAY}T11:00,America/Los_Angeles,VIDEO
a-7,c-1,rosa,"{KIND}",2020-03-02T11:00,America/Los_Angeles,VIDEO
a-8,c-1,rosa,"{KIND}",2030-03-10T02:30,America/Los_Angeles,VIDEO
"""
CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Old desk//EN
BEGIN:VEVENT
UID:e-1@old
DTSTART;TZID=Pacific Standard Time:{FREE_DAY:%Y%m%d}T110000
DTEND;TZID=Pacific Standard Time:{FREE_DAY:%Y%m%d}T115000
SUMMARY:Never read
ATTENDEE:mailto:zoe.import@example.com
END:VEVENT
BEGIN:VEVENT
UID:e-2@old
DTSTART;TZID=America/Los_Angeles:{FREE_DAY:%Y%m%d}T130000
RRULE:FREQ=WEEKLY
ATTENDEE:mailto:zoe.import@example.com
END:VEVENT
BEGIN:VEVENT
UID:e-3@old
DTSTART;TZID=America/Los_Angeles:{FREE_DAY:%Y%m%d}T140000
DURATION:PT2H
ATTENDEE:mailto:zoe.import@example.com
END:VEVENT
BEGIN:VEVENT
UID:e-4@old
DTSTART;TZID=America/Los_Angeles:{FREE_DAY:%Y%m%d}T150000
RRULE:FREQ=WEEKLY;BYHOUR=15
ATTENDEE:mailto:zoe.import@example.com
END:VEVENT
BEGIN:VEVENT
UID:e-5@old
DTSTART;TZID=America/Los_Angeles:{FREE_DAY:%Y%m%d}T160000
RRULE:FREQ=WEEKLY;COUNT=2
EXDATE;TZID=America/Los_Angeles:{FREE_DAY + timedelta(weeks=1):%Y%m%d}T160000
ATTENDEE:mailto:zoe.import@example.com
END:VEVENT
END:VCALENDAR
"""

REFUSED_ANYWAY = {
    "ivan": ("conflict", "SITE_UNKNOWN"),
    "c-3": ("conflict", "CLIENT_EXISTS"),
    "c-4": ("malformed", "PHONE_MALFORMED"),
}
APPOINTMENT_FATES = {
    "a-1": ("created", ""),
    "a-2": ("created", ""),
    "a-3": ("conflict", "SLOT_TAKEN"),
    "a-4": ("conflict", "SLOT_NOT_OFFERED"),
    "a-5": ("conflict", "CLIENT_UNKNOWN"),
    "a-6": ("conflict", "SESSION_TYPE_UNKNOWN"),
    "a-7": ("conflict", "SLOT_IN_PAST"),
    "a-8": ("malformed", "TIME_DOES_NOT_EXIST"),
}


class Command:
    """`bin/kept-import` with a token that has both roles."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        self._environment = {**os.environ, "KEPT_URL": url, "KEPT_TOKEN": token}
        self._folder = folder
        for name, text in (("t.csv", THERAPISTS), ("c.csv", CLIENTS), ("a.csv", APPOINTMENTS), ("a.ics", CALENDAR)):
            (folder / name).write_text(text, encoding="utf-8")

    def write(self, name: str, text: str) -> str:
        """Write one more file, and return its name."""
        (self._folder / name).write_text(text, encoding="utf-8")
        return name

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it and return what it said."""
        return subprocess.run(
            [REPO / "bin" / "kept-import", *arguments],
            env=self._environment, cwd=self._folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def fates(self, *arguments: str, code: int) -> dict[str, tuple[str, str]]:
        """Return fate and reason by key; a therapist's lines have one fate."""
        done = self.run("--json", *arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return {each["key"]: (each["fate"], each["reason"]) for each in json.loads(done.stdout)["rows"]}


@pytest.fixture
def command(whole_suite: Suite, issuer: DevelopmentIssuer, tmp_path: Path) -> Command:
    """Somebody who may both configure the practice and book."""
    roles = ("front_desk", "practice_admin")
    issuer._users["mover"] = DemoUser("mover", PASSWORD, PRACTICE_ID, roles)
    return Command(whole_suite.gateway_url, issuer.sign_in("mover", PASSWORD), tmp_path)


def stored(suite: Suite) -> tuple[Any, ...]:
    """
    How much there is of what an import writes.

    Of appointments and claims only those with an imported therapist: what other tests left may lapse, or be offered
    to somebody who waits, at any moment.
    """
    counts = [
        rows(suite, service, f"select count(*) from {table}")
        for service, table in (
            ("booking", "clients"),
            ("availability", "schedules"),
            ("notifications", "contact_points"),
        )
    ]
    found = rows(suite, "matching", "select therapist_id from therapist_profiles where display_name like '%% Imported'")
    imported = [therapist_id for (therapist_id,) in found]
    appointments = rows(suite, "booking", "select count(*) from appointments where therapist_id = any(%s)", imported)
    claims = rows(suite, "availability", "select count(*) from claims where therapist_id = any(%s)", imported)
    return (*counts, appointments, claims)


async def test_files_are_tried_dry_imported_once_and_told_row_by_row(
    whole_suite: Suite, command: Command, desk: Person
) -> None:
    """The dry run writes nothing and tells what the import then does; the second import changes nothing."""
    people = ("--therapists", "t.csv", "--clients", "c.csv")
    before = stored(whole_suite)

    # Everything dry: what depends on a therapist who is not there yet is not said.
    dry = command.fates("--dry-run", *people, "--appointments", "a.csv", code=1)
    assert stored(whole_suite) == before
    assert dry["rosa"] == dry["c-1"] == dry["c-2"] == ("created", "")
    assert dry["a-1"] == ("unsaid", "THERAPIST_NEW")
    assert {key: dry[key] for key in REFUSED_ANYWAY} == REFUSED_ANYWAY

    made = command.fates(*people, code=1)
    assert made == {"rosa": ("created", ""), "c-1": ("created", ""), "c-2": ("created", ""), **REFUSED_ANYWAY}

    # Now the ledger says of each appointment what it says again when they are booked.
    before = stored(whole_suite)
    assert command.fates("--dry-run", "--appointments", "a.csv", code=1) == APPOINTMENT_FATES
    assert stored(whole_suite) == before
    assert command.fates("--appointments", "a.csv", code=1) == APPOINTMENT_FATES

    after = stored(whole_suite)
    assert after != before
    again = command.fates(*people, "--appointments", "a.csv", code=1)
    assert stored(whole_suite) == after
    assert {again[key] for key in ("rosa", "c-1", "c-2", "a-1", "a-2")} == {("same", "")}
    assert again["a-3"] == ("conflict", "SLOT_TAKEN")

    # What was moved in Kept meanwhile is neither booked again nor moved back.
    answer = json.loads(command.run("--json", "--appointments", "a.csv").stdout)
    id_ = next(each["id"] for each in answer["rows"] if each["key"] == "a-1")
    booked = await desk.ask("GET", f"/v1/appointments/{id_}")
    move = {"local_start": f"{MONDAY}T15:00", "time_zone": "America/Los_Angeles"}
    await desk.ask("POST", f"/v1/appointments/{id_}/moves", move, key=str(uuid.uuid4()), etag=booked["etag"])
    moved = stored(whole_suite)
    assert command.fates("--appointments", "a.csv", code=1)["a-1"] == ("conflict", "CHANGED_SINCE")
    assert stored(whole_suite) == moved


PROFILES = """\
key,display_name,modalities,licences,specialties,sites,capacity,panel_hours
tomas,Tomás Imported,IN_PERSON;VIDEO,US-CA:2031-05-31;US-NV,trauma,Harbour House,20,24
mina,Mina Imported,VIDEO,US-CA,couples,,5,
twice,Twice Imported,VIDEO,US-CA;US-CA:2031-05-31,,,5,
nowhere,Nowhere Imported,VIDEO,,,Atlantis,5,
late,Late Imported,VIDEO,US-CA:31.5.2031,,,5,
"""

PROFILE_FATES = {
    "tomas": ("created", ""),
    "mina": ("created", ""),
    "twice": ("conflict", "LICENCE_TWICE"),
    "nowhere": ("conflict", "SITE_UNKNOWN"),
    "late": ("malformed", "DATE_MALFORMED"),
}


async def test_profiles_are_tried_dry_imported_once_and_told_row_by_row(whole_suite: Suite, command: Command) -> None:
    """The service itself checks each row of a dry run; a second import writes nothing, and overwrites nothing."""
    path = command.write("p.csv", PROFILES)
    query = "select count(*) from therapist_profiles where display_name in ('Tomás Imported', 'Mina Imported')"
    dry = command.fates("--dry-run", "--profiles", path, code=1)
    assert rows(whole_suite, "matching", query) == [(0,)]

    made = command.fates("--profiles", path, code=1)
    again = command.fates("--profiles", path, code=1)
    changed = command.fates("--profiles", command.write("q.csv", PROFILES.replace("couples", "grief")), code=1)

    assert dry == made == PROFILE_FATES
    assert again == PROFILE_FATES | {"tomas": ("same", ""), "mina": ("same", "")}
    assert changed["mina"] == ("conflict", "DIFFERS")
    assert rows(whole_suite, "matching", query) == [(2,)]


async def test_a_calendar_is_imported_with_its_standing_hours(
    whole_suite: Suite, command: Command, desk: Person
) -> None:
    """Addresses find the clients; a rule is a series, or single times; the table tells all and names nobody."""
    command.run("--therapists", "t.csv", "--clients", "c.csv")
    options = ("--appointments", "a.ics", "--therapist", "rosa", "--session-type", KIND, "--modality", "VIDEO")
    fates = {
        "e-1@old": ("created", ""),
        "e-2@old": ("created", ""),
        "e-3@old": ("conflict", "LENGTH_DIFFERS"),
        "e-4@old": ("malformed", "RECURRENCE_UNSUPPORTED"),
        f"e-5@old/{FREE_DAY:%Y%m%d}T1600": ("created", ""),
    }
    empty = stored(whole_suite)
    tried = command.fates("--dry-run", *options, code=1)
    assert stored(whole_suite) == empty
    made = command.fates(*options, code=1)

    # Times of the standing hour that can't be had are told by their number, before as after.
    assert tried == made
    assert made["e-2@old"] in (("created", ""), ("created", "SERIES_CONFLICTS"))
    assert made | {"e-2@old": ("created", "")} == fates
    answer = json.loads(command.run("--json", *options).stdout)
    series_id = next(each["id"] for each in answer["rows"] if each["key"] == "e-2@old")
    series = await desk.ask("GET", f"/v1/series/{series_id}")
    assert (series["plan"]["rule"], series["plan"]["start_wall"]["local"]) == ("FREQ=WEEKLY", f"{FREE_DAY}T13:00")
    before = stored(whole_suite)
    done = command.run(*options)

    assert stored(whole_suite) == before
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["appointment", "4", "same", "e-1@old"]
    assert lines[-1] == "3 same, 1 conflict, 1 malformed"
    assert "example.com" not in done.stdout
    assert "Never" not in done.stdout


def test_the_command_says_what_is_wrong_before_it_writes_anything(whole_suite: Suite, command: Command) -> None:
    """No file, a bad file, no right, nobody there: each has its exit code."""
    (Path(command._folder) / "bad.csv").write_bytes("key,given_name,family_name\nc-9,Zoë,X\n".encode("latin-1"))
    before = stored(whole_suite)

    refusals = [
        (command.run(), 2, "name a file"),
        (command.run("--therapists", "t.csv", "--clients", "bad.csv"), 2, "line 2 is not UTF-8"),
        (command.run("--clients", "nowhere.csv"), 2, "can't be read"),
        (command.run("--clients", "c.csv", "--token", "garbage"), 2, "refused"),
        (command.run("--clients", "a.ics"), 2, "a calendar holds appointments only"),
    ]

    for done, code, words in refusals:
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert stored(whole_suite) == before
