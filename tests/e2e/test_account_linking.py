"""A client who was invited signs in, links the sign-in, and sees their own appointments."""

from __future__ import annotations

import re
import time
import uuid

import httpx
import pytest

from deploy.local.house_calls import Person
from deploy.local.people import PRACTICE_ID
from deploy.local.story import text_of, wait_for_mail
from deploy.local.suite import Suite
from services.chassis.oidc import DemoUser, DevelopmentIssuer
from tests.e2e.test_conventions import key

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_an_invitation_by_mail_brings_its_code_and_a_page_that_says_what_to_do(
    http: httpx.AsyncClient, desk: Person, issuer: DevelopmentIssuer, pointed: Suite
) -> None:
    """The desk does not see the code; the mail has it, its link has not; what the page says changes nothing."""
    address = f"mirela.{uuid.uuid4()}@example.org"
    particulars = {
        "given_name": "Mirela", "family_name": "Ionescu", "birth_date": "1990-10-03", "time_zone": "Etc/UTC",
        "email": address,
    }  # fmt: skip
    client = await desk.ask("POST", "/v1/clients", particulars, key=key(), wanted=201)
    path, since = f"/v1/clients/{client['client_id']}", time.time()
    invited = await desk.ask("POST", f"{path}/invitations", {"channel": "EMAIL"}, key=key(), wanted=201)
    said = text_of(await wait_for_mail(pointed.root.mail, address, since, link="/invitation"))
    [link] = re.findall(r"https?://\S+", said)
    page = await http.get(httpx.URL(link).path)
    [code] = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)
    mirela = Person(http, issuer.access_token(DemoUser("mirela", "", PRACTICE_ID, ("client",))))
    await mirela.ask("POST", "/v1/account", {"code": code, "birth_date": "1990-10-03"}, key=key(), wanted=201)

    assert invited["code"] == ""
    assert code not in link
    assert "Ionescu" not in said
    assert (page.status_code, "Sign in" in page.text) == (200, True)
    assert (await mirela.ask("GET", "/v1/me"))["client_id"] == client["client_id"]


async def test_an_invited_client_is_themselves_from_then_on(
    http: httpx.AsyncClient, desk: Person, issuer: DevelopmentIssuer
) -> None:
    """The identity provider knows a person; the practice says which client they are."""
    particulars = {"given_name": "Noor", "family_name": "Haddad", "birth_date": "1988-02-29", "time_zone": "Etc/UTC"}
    client = await desk.ask("POST", "/v1/clients", particulars, key=key(), wanted=201)
    path = f"/v1/clients/{client['client_id']}"
    invitation = await desk.ask("POST", f"{path}/invitations", key=key(), wanted=201)
    noor = Person(http, issuer.access_token(DemoUser("noor", "", PRACTICE_ID, ("client",))))
    before = await noor.ask("GET", "/v1/me")
    wrong = await noor.send("POST", "/v1/account", {"code": invitation["code"], "birth_date": "1988-02-28"}, key=key())
    proof = {"code": invitation["code"], "birth_date": "1988-02-29"}
    linked = await noor.ask("POST", "/v1/account", proof, key=key(), wanted=201)
    after = await noor.ask("GET", "/v1/me")
    seen = await noor.ask("GET", path)
    other = await noor.send("GET", "/v1/clients/0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11")
    await desk.ask("DELETE", f"{path}/accounts/{linked['account_id']}", key=key())

    assert (before["client_id"], after["client_id"]) == ("", client["client_id"])
    assert (wrong.status_code, wrong.json()["type"]) == (404, "/problems/invitation-wrong")
    assert seen["given_name"] == "Noor"
    assert other.status_code == 403
