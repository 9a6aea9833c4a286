"""Gateway processes of their own: nothing stands behind them, which is enough for what they refuse."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
import httpx
import pytest
from kept.audit.v1 import capture_service_pb2 as contract
from redis import Redis

from deploy.local import keys, people
from deploy.local.places import PYTHON, REPO, Root
from services.chassis.oidc import DevelopmentIssuer

ISSUER = "http://issuer.test/dev-issuer"
START_S = 60


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    port: int
    log: Path
    keys_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def issuer(self, *, audience: str = "kept", name: str = ISSUER) -> DevelopmentIssuer:
        """Sign whom a test asks for, with the real key."""
        made = DevelopmentIssuer.read(name, self.keys_dir / "oidc.key", None)
        made._users = {user.user: user for user in people.USERS}
        return made

    def token(self, user: str = "desk", *, name: str = ISSUER) -> str:
        """Sign a demo user in."""
        return self.issuer(name=name).sign_in(user, people.PASSWORD)

    def raw(self, data: bytes, *, wait_s: float = 20) -> bytes:
        """Send bytes and return all that comes until the gateway closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait_s) as conn:
            conn.sendall(data)
            found = b""
            try:
                while part := conn.recv(65536):
                    found += part
                    conn.settimeout(1.0)
            except (TimeoutError, ConnectionResetError):
                pass
            return found


class Ear:
    """Stands where the trail is and keeps what it is told in memory; all else behind these gateways is not there."""

    def __init__(self) -> None:
        self.heard: list[contract.Observation] = []
        self.farewells: list[str] = []
        self._server = grpc.server(ThreadPoolExecutor(4))
        handler = grpc.unary_unary_rpc_method_handler(
            self.hear, contract.RecordAccessRequest.FromString, contract.RecordAccessResponse.SerializeToString
        )
        name = contract.DESCRIPTOR.services_by_name["CaptureService"].full_name
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"RecordAccess": handler}),))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def hear(self, request: contract.RecordAccessRequest, _: grpc.ServicerContext) -> contract.RecordAccessResponse:
        """Keep it."""
        self.heard += request.observations
        if request.is_farewell:
            self.farewells.append(request.instance)
        return contract.RecordAccessResponse(recorded=len(request.observations))

    def of(self, sight: contract.Sight.ValueType) -> list[contract.Observation]:
        """What was heard of a kind."""
        return [each for each in self.heard if each.sight == sight]

    def stop(self) -> None:
        """Hear no more."""
        self._server.stop(0)


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    """Hears what the module's gateways tell the trail."""
    made = Ear()
    yield made
    made.stop()


Start = Callable[..., Gateway]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, ear: Ear) -> Iterator[Start]:
    """Start gateways; they end with the module."""
    home = tmp_path_factory.mktemp("gateway")
    with Redis.from_url(os.environ["KEPT_TEST_REDIS_URL"]) as redis:
        # What another module's strangers used up is not this one's limit.
        for key in redis.scan_iter("kept:limit:*"):
            redis.delete(key)
    root = replace_root(home)
    keys.make_keys(root)
    users = home / "users.json"
    users.write_text(json.dumps([asdict(user) for user in people.USERS]), encoding="utf-8")
    children: list[subprocess.Popen[bytes]] = []

    def run(*, portals: bool = False, **settings: str) -> Gateway:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = home / f"gateway-{port}.log"
        if portals:
            faces = (f"{face}=http://{name}.localhost:{port}" for face, name in people.PORTALS.items())
            settings["KEPT_PORTAL_ORIGINS"] = " ".join(faces)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEPT_")}
        environment = {
            **kept,
            "KEPT_KEYS_DIR": str(keys.folder(root, "gateway")),
            "KEPT_HTTP_LISTEN": f"127.0.0.1:{port}",
            "KEPT_PUBLIC_URL": "http://issuer.test",
            "KEPT_DEMO_USERS": str(users),
            "KEPT_REDIS_URL": os.environ["KEPT_TEST_REDIS_URL"],
            **{f"KEPT_TARGET_{each.upper()}": "127.0.0.1:9" for each in keys.CALLERS},
            "KEPT_TARGET_AUDIT": ear.address,
            **settings,
        }
        with log.open("wb") as file:
            command = ["setpriv", "--pdeathsig=TERM", str(PYTHON), "-m", "services.gateway.server"]
            children.append(subprocess.Popen(command, cwd=REPO, env=environment, stdout=file, stderr=file))
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    return Gateway(port, log, keys.folder(root, "gateway"), children[-1])
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError(log.read_text(encoding="utf-8"))

    yield run
    for child in children:
        child.terminate()
    for child in children:
        child.wait(30)


def replace_root(home: Path) -> Root:
    """A root whose files are a test's own."""

    class Elsewhere(Root):
        @property
        def path(self) -> Path:
            return home

    root = Elsewhere("elsewhere")
    root.make()
    return root


@pytest.fixture
def shared_redis() -> Iterator[Redis]:
    """The Redis of the gateways, as somebody with a copy of it sees it."""
    with Redis.from_url(os.environ["KEPT_TEST_REDIS_URL"]) as redis:
        yield redis


@pytest.fixture(scope="module")
def gateway(start: Start) -> Gateway:
    """One gateway with the limits as they are built in."""
    return start()
