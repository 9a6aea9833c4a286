"""Walls between services, roles and practices, tried on the running suite."""

from __future__ import annotations

import uuid
from itertools import product

import httpx
import psycopg
import pytest

from deploy.local import people
from deploy.local.house_calls import Person
from deploy.local.suite import Suite
from services.chassis.oidc import DevelopmentIssuer
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SERVICES = ("availability", "booking", "notifications", "matching", "audit")
BUSINESS_TABLES = {
    "availability": "claims",
    "booking": "appointments",
    "notifications": "messages",
    "matching": "therapist_profiles",
    "audit": "records",
}
PEOPLE_PROCESSES = [f"{service}-{kind}" for service in SERVICES for kind in ("server", "worker")] + ["gateway"]
IDLE_MB = 150


@pytest.mark.parametrize(("own", "other"), [pair for pair in product(SERVICES, SERVICES) if pair[0] != pair[1]])
def test_no_service_opens_another_ones_database(whole_suite: Suite, own: str, other: str) -> None:
    """A service's password is good for its own database only."""
    url = whole_suite.stack.database_url(own, "server").rpartition("/")[0] + f"/kept_{other}"

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url)


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_reads_no_business_row(whole_suite: Suite, service: str) -> None:
    """It carries messages and sees nothing else."""
    with (
        psycopg.connect(whole_suite.stack.database_url(service, "worker")) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(f"select * from {BUSINESS_TABLES[service]}".encode())


@pytest.mark.parametrize("service", SERVICES)
def test_a_server_without_a_practice_sees_nothing(whole_suite: Suite, service: str) -> None:
    """Raw SQL as the service's own role, with no practice named, and with another one."""
    with psycopg.connect(whole_suite.stack.database_url(service, "server")) as conn:
        bare = conn.execute(f"select count(*) from {BUSINESS_TABLES[service]}".encode()).fetchone()
        conn.execute("select set_config('kept.practices', %s, true)", (str(uuid.uuid4()),))
        foreign = conn.execute(f"select count(*) from {BUSINESS_TABLES[service]}".encode()).fetchone()

    assert (bare, foreign) == ((0,), (0,))


async def test_another_practice_does_not_learn_what_exists(
    whole_suite: Suite, http: httpx.AsyncClient, desk: Person, issuer: DevelopmentIssuer
) -> None:
    """Its desk gets the same answer for our client and for one that is made up."""
    stranger = Person(http, issuer.sign_in("other-desk", people.PASSWORD))
    ours = str(
        rows(whole_suite, "booking", "select client_id::text from clients where practice_id = %s", people.PRACTICE_ID)[
            0
        ][0]
    )

    real = await stranger.send("GET", f"/v1/clients/{ours}")
    made_up = await stranger.send("GET", f"/v1/clients/{uuid.uuid4()}")

    assert (await desk.send("GET", f"/v1/clients/{ours}")).status_code == 200
    assert real.status_code == made_up.status_code == 404
    assert {**real.json(), "detail": ""} == {**made_up.json(), "detail": ""}


async def test_the_idle_processes_are_small(whole_suite: Suite) -> None:
    """Each Python process stays under 150 MB resident; the door starts anew, since whole tests went through it."""
    whole_suite.restart("gateway")
    sizes = {name: _resident_mb(whole_suite.pid(name)) for name in PEOPLE_PROCESSES}

    assert {name: size for name, size in sizes.items() if size >= IDLE_MB} == {}


def _resident_mb(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        line = next(each for each in file if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def test_no_log_line_names_a_person(whole_suite: Suite) -> None:
    """Every client's address, phone and family name with given name are looked for in every log."""
    import yaml

    from deploy.local.places import REPO

    practice = yaml.safe_load((REPO / "examples" / "practice.yaml").read_text(encoding="utf-8"))
    logs = "\n".join(whole_suite.log(name).read_text(encoding="utf-8", errors="replace") for name in PEOPLE_PROCESSES)

    found = [
        value
        for client in practice["clients"]
        for value in (client["email"], client["phone"], f"{client['given_name']} {client['family_name']}")
        if value in logs
    ]

    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_table_holds_a_person_in_the_clear(whole_suite: Suite, service: str) -> None:
    """Every column of every table, as text: no address and no phone of any client."""
    with psycopg.connect(whole_suite.stack.database_url(service, "owner")) as conn:
        tables = conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            found = conn.execute(
                f"select count(*) from {table} row where row::text ~ '@example\\.com|\\+1303555'".encode()
            ).fetchone()
            assert found == (0,), table
