"""What a stranger's bytes can do to the gateway: nothing. The real process, over raw sockets."""

from __future__ import annotations

import base64
import json
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from tests.integration.gateway.conftest import Gateway, Start

pytestmark = pytest.mark.integration

HOST = b"Host: kept.test\r\n"


def status(answer: bytes) -> int:
    """The status of the first answer; 0 when there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


SMUGGLED = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 6\r\nContent-Length: 7\r\n",
        b"Content-Length: +6\r\n",
        b"Content-Length: 6, 6\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"X: y\r\n folded: z\r\nTransfer-Encoding: xchunked\r\n",
    ],
)
def test_two_readings_of_a_body_s_length_are_refused(gateway: Gateway, head: bytes) -> None:
    """Request smuggling: one answer, a refusal, and what was hidden behind it is never answered."""
    answer = gateway.raw(b"POST /v1/appointments HTTP/1.1\r\n" + HOST + head + b"\r\n0\r\n\r\n" + SMUGGLED)

    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /v1/me HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /v1/me HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 150 + b"\r\n", 431),
        (b"GET /" + b"a" * 6_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /v1/me HTTP/1.1\r\n" + HOST + b"X-Endless: " + b"a" * 40_000, 431),
    ],
)
def test_a_head_has_its_limits(gateway: Gateway, data: bytes, wanted: int) -> None:
    """Each refusal is a problem document and ends the connection."""
    answer = gateway.raw(data)

    assert status(answer) == wanted
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    "path",
    ["/v1/../healthz", "/v1/%2e%2e/healthz", "//healthz", "/v1%2fme", "/v1/me%00", "/v1\\me", "/%252e%252e/x"],
)
def test_a_path_has_one_spelling(gateway: Gateway, path: str) -> None:
    """What a proxy may read in another way is refused."""
    answer = gateway.raw(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"Connection: close\r\n\r\n")

    assert status(answer) == 400


def test_no_redirect_is_built_from_the_host_header(gateway: Gateway) -> None:
    """A trailing slash is unknown, not sent elsewhere."""
    answer = gateway.raw(b"GET /v1/me/ HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n")

    assert status(answer) == 404
    assert b"evil.test" not in answer


def test_slow_senders_are_cut_off_and_nobody_waits_for_them(gateway: Gateway) -> None:
    """Slow loris: heads and bodies that never end are ended, while others are served."""
    halves = (
        b"GET /v1/me HTTP/1.1\r\n" + HOST + b"X-Slow: ",
        b"POST /v1/appointments HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{",
        b"",
    )

    def dribble(half: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=120) as conn:
            conn.sendall(half)
            found = b""
            while part := conn.recv(4096):
                found += part
            return found

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(dribble, half) for half in halves]
        assert httpx.get(f"{gateway.url}/healthz").status_code == 200
        answers = [each.result() for each in waiting]

    assert [status(each) for each in answers] == [408, 408, 408]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 30_000,
        b'{"client_id": ' + b"9" * 60_000 + b"}",
        b'{"client_id": 1e999999999}',
        b'{"client_id": NaN}',
        b'{"client_id": "\\ud800"}',
        b'{"client_id": "\\u0000"}',
        b'{"a":1,' * 9_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_hostile_json_body_is_the_sender_s_fault(gateway: Gateway, body: bytes) -> None:
    """JSON bombs and things JSON can say but nobody can mean: 4xx, quickly, and the process lives."""
    headers = {
        "Authorization": f"Bearer {gateway.token()}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }

    answer = httpx.post(f"{gateway.url}/v1/appointments", content=body, headers=headers, timeout=30)

    assert answer.status_code in (400, 413, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "most_kib"), [("/v1/appointments", 64), ("/v1/imports/therapists", 1024)], ids=["a thing", "many rows"]
)
def test_a_body_may_be_as_large_as_its_route_says(gateway: Gateway, path: str, most_kib: int) -> None:
    """One byte more is refused as too large, whether its length is said or not."""
    headers = {
        "Authorization": f"Bearer {gateway.token()}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }

    def send(size: int, *, says_length: bool) -> httpx.Response:
        body = b"{}" + b" " * (size - 2)
        content = body if says_length else iter([body[: size // 2], body[size // 2 :]])
        return httpx.post(f"{gateway.url}{path}", content=content, headers=headers, timeout=30)

    for says_length in (True, False):
        assert send(most_kib * 1024, says_length=says_length).status_code == 422
        assert send(most_kib * 1024 + 1, says_length=says_length).json()["reason"] == "BODY_TOO_LARGE"


def test_confused_tokens_open_nothing(gateway: Gateway) -> None:
    """alg none, our public key as a shared secret, another audience, another issuer, an id token's lack of claims."""
    good = gateway.token()
    head, body, _ = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    kid = jwt.get_unverified_header(good)["kid"]
    issuer = gateway.issuer()
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"%s"}' % kid.encode()).rstrip(b"=").decode()

    def signed(**changes: object) -> str:
        return jwt.encode({**claims, **changes}, issuer._key, algorithm="EdDSA", headers={"kid": kid})

    tokens = {
        "none": f"{none}.{body}.",
        "stripped": f"{head}.{body}.",
        "shared secret": jwt.encode(claims, issuer.keys()["keys"][0]["x"].ljust(32), "HS256", headers={"kid": kid}),
        "audience": signed(aud="another"),
        "issuer": signed(iss="http://evil.test"),
        "expired": signed(exp=int(time.time()) - 3600),
        "not yet": signed(nbf=int(time.time()) + 3600),
        "no practice": signed(kept_practice=None, kept_roles="front_desk"),
        "foreign kid": jwt.encode(claims, issuer._key, algorithm="EdDSA", headers={"kid": "other"}),
    }

    answers = {
        name: httpx.get(f"{gateway.url}/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
        for name, token in tokens.items()
    }

    assert httpx.get(f"{gateway.url}/v1/me", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    assert answers == dict.fromkeys(tokens, 401)


def test_a_change_from_another_site_is_refused(gateway: Gateway) -> None:
    """CSRF by fetch metadata, and CORS is closed: no answer names an origin."""
    headers = {"Authorization": f"Bearer {gateway.token()}", "Origin": "https://evil.test"}
    crossed = httpx.post(f"{gateway.url}/v1/appointments", json={}, headers={**headers, "Sec-Fetch-Site": "cross-site"})
    preflight = httpx.options(
        f"{gateway.url}/v1/appointments", headers={**headers, "Access-Control-Request-Method": "POST"}
    )

    assert (crossed.status_code, crossed.json()["type"]) == (403, "/problems/foreign-site")
    for answer in (crossed, preflight, httpx.get(f"{gateway.url}/v1/me", headers=headers)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_no_personal_data_is_in_urls_or_logs(gateway: Gateway) -> None:
    """An e-mail address in a URL is refused; nothing of body, path, query or header reaches the log."""
    secret = "zerlinde.quast"
    headers = {"Authorization": f"Bearer {gateway.token()}", "Idempotency-Key": str(uuid.uuid4())}
    refused = httpx.get(f"{gateway.url}/v1/appointments?email={secret}@example.org", headers=headers)
    httpx.get(f"{gateway.url}/v1/nobody/{secret}?name={secret}", headers=headers)
    httpx.post(f"{gateway.url}/v1/clients", json={"given_name": secret, "unknown": secret}, headers=headers)
    gateway.raw(f"GET /{secret} HTTP/9.9\r\nX: {secret}\r\n\r\n".encode())
    gateway.raw(b"POST /l/" + secret.encode() + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")

    assert (refused.status_code, refused.json()["reason"]) == (400, "PERSONAL_DATA_IN_URL")
    assert secret not in refused.text
    log = gateway.log.read_text(encoding="utf-8")
    assert "request.finished" in log
    assert secret not in log


def test_a_limit_holds_across_replicas(start: Start) -> None:
    """Two gateways, one person: together they admit the limit and no more; the answer says when to come back."""
    settings = {"KEPT_RATE_LIMITS": "user=40/3600"}
    replicas = [start(**settings), start(**settings)]
    headers = {"Authorization": f"Bearer {replicas[0].token('admin')}"}

    answers = [httpx.get(f"{replicas[number % 2].url}/v1/me", headers=headers) for number in range(60)]

    admitted = [each for each in answers if each.status_code == 200]
    refused = [each for each in answers if each.status_code == 429]
    assert len(admitted) + len(refused) == 60
    assert 36 <= len(admitted) <= 40
    assert '"user";q=40;w=3600' in admitted[0].headers["ratelimit-policy"]
    assert admitted[0].headers["ratelimit"].startswith('"user";r=')
    assert int(refused[0].headers["retry-after"]) > 60
    assert refused[0].json()["type"] == "/problems/rate-limited"


def test_without_redis_limits_are_kept_alone(start: Start) -> None:
    """Requests go on at once, under this process's share of the limit."""
    alone = start(KEPT_REDIS_URL="redis://127.0.0.1:9/0", KEPT_RATE_LIMITS="user=40/3600", KEPT_GATEWAY_REPLICAS="2")
    headers = {"Authorization": f"Bearer {alone.token('amara')}"}

    statuses = [httpx.get(f"{alone.url}/v1/me", headers=headers).status_code for _ in range(40)]

    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert statuses.count(200) <= 20
    assert httpx.get(f"{alone.url}/readyz").json()["limits"] == "alone"
    assert "dependency.lost" in alone.log.read_text(encoding="utf-8")


def test_guessing_passwords_and_tokens_is_throttled(start: Start) -> None:
    """A user name is closed after ten wrong passwords, an address after its refused tokens; others go on."""
    guarded = start(KEPT_RATE_LIMITS="refused=30/3600 sign-in=10/3600")

    def sign_in(user: str, password: str) -> int:
        form = {"grant_type": "password", "username": user, "password": password}
        return httpx.post(f"{guarded.url}/dev-issuer/token", data=form).status_code

    guesses = [sign_in("officer", f"guess-{number}") for number in range(12)]
    right, other = sign_in("officer", "demo"), sign_in("client", "demo")
    forged = [
        httpx.get(f"{guarded.url}/v1/me", headers={"Authorization": f"Bearer forged-{number}"}).status_code
        for number in range(40)
    ]

    assert guesses == [401] * 10 + [429] * 2
    assert (right, other) == (429, 200)
    assert forged[0] == 401
    assert forged[-1] == 429


def test_partners_pages_call_with_a_token_of_their_own(start: Start) -> None:
    """CORS: a listed origin reads answers and may not use cookies; another origin gets nothing."""
    gateway = start(KEPT_PARTNER_ORIGINS="https://partner.test")
    asks = {"Origin": "https://partner.test", "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    preflight = httpx.options(f"{gateway.url}/v1/appointments", headers=asks)
    stranger = httpx.options(f"{gateway.url}/v1/appointments", headers={**asks, "Origin": "https://evil.test"})
    token = {"Authorization": f"Bearer {gateway.token()}", "Sec-Fetch-Site": "cross-site"}
    answer = httpx.get(f"{gateway.url}/v1/me", headers={**token, "Origin": "https://partner.test"})
    change = httpx.post(f"{gateway.url}/v1/appointments", headers={**token, "Origin": "https://partner.test"})
    foreign = httpx.post(f"{gateway.url}/v1/appointments", headers={**token, "Origin": "https://evil.test"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://partner.test"
    assert "access-control-allow-credentials" not in preflight.headers
    assert "access-control-allow-origin" not in stranger.headers
    assert answer.headers["access-control-allow-origin"] == "https://partner.test"
    assert (answer.headers["vary"], answer.headers["cross-origin-resource-policy"]) == ("Origin", "cross-origin")
    assert change.status_code == 422
    assert (foreign.status_code, "access-control-allow-origin" in foreign.headers) == (403, False)
