"""What the manifests promise: every process, probed, unprivileged, and walled as the call graph says."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OVERLAYS = ("base", "overlays/dev")
TOPOLOGY = yaml.safe_load((ROOT / "deploy/topology.yaml").read_text(encoding="utf-8"))
PROCESSES = [(name, component) for name, components in TOPOLOGY["processes"].items() for component in components]

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl renders the manifests; it is not here")


@cache
def rendered(tree: str) -> list[dict[str, Any]]:
    """Return the objects kustomize makes of a tree."""
    command = ["kubectl", "kustomize", str(ROOT / "deploy/k8s" / tree)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(text))


def of_kind(tree: str, *kinds: str) -> list[dict[str, Any]]:
    """Return the rendered objects of these kinds."""
    return [each for each in rendered(tree) if each["kind"] in kinds]


def pods(tree: str) -> list[dict[str, Any]]:
    """Return every pod template with its labels."""
    return [each["spec"]["template"] for each in of_kind(tree, "Deployment", "Job", "StatefulSet")]


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Tell whether a label selector takes these labels."""
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    sets = all(labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", []))
    return exact and sets


def allows(tree: str, source: dict[str, str], target: dict[str, str], port: int) -> bool:
    """Tell whether the policies let the source reach the target: out of one and into the other."""
    policies = [each["spec"] for each in of_kind(tree, "NetworkPolicy")]

    def passes(side: str, peer_key: str, own: dict[str, str], peer: dict[str, str]) -> bool:
        mine = [each for each in policies if side in each["policyTypes"] and selects(each["podSelector"], own)]
        rules = [rule for each in mine for rule in each.get(side.lower(), [])]
        return not mine or any(
            any(entry["port"] == port for entry in rule.get("ports", []))
            and any("podSelector" in entry and selects(entry["podSelector"], peer) for entry in rule[peer_key])
            for rule in rules
        )

    return passes("Egress", "to", source, target) and passes("Ingress", "from", target, source)


@pytest.mark.parametrize("tree", OVERLAYS)
@pytest.mark.parametrize(("name", "component"), PROCESSES)
def test_every_process_has_a_probed_deployment(tree: str, name: str, component: str) -> None:
    """Each process is deployed once, with all three probes and a command that names it."""
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/component": component}

    found = [each for each in of_kind(tree, "Deployment") if labels.items() <= each["metadata"]["labels"].items()]

    container = found[0]["spec"]["template"]["spec"]["containers"][0]
    assert len(found) == 1
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    assert container["command"][2] == f"services.{name}.{'server' if component == 'gateway' else component}"
    assert (ROOT / (container["command"][2].replace(".", "/") + ".py")).exists()


@pytest.mark.parametrize("tree", OVERLAYS)
def test_no_container_of_ours_has_a_privilege(tree: str) -> None:
    """Non-root, no escalation, no capability, default seccomp, no service account token."""
    for pod in pods(tree):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for container in spec["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert container["image"].startswith("docker.io/") or container["securityContext"]["readOnlyRootFilesystem"]


@pytest.mark.parametrize("tree", OVERLAYS)
def test_the_network_lets_through_the_call_graph_and_nothing_else(tree: str) -> None:
    """Server reaches server exactly where the topology says so; a worker reaches no server."""
    labels = [pod["metadata"]["labels"] for pod in pods(tree)]
    ours = [each for each in labels if "app.kubernetes.io/component" in each]
    servers = [each for each in ours if each["app.kubernetes.io/component"] == "server"]

    edges = {
        (source["app.kubernetes.io/name"], source["app.kubernetes.io/component"], target["app.kubernetes.io/name"])
        for source in ours
        for target in servers
        if source is not target and allows(tree, source, target, 50051)
    }

    wanted = {
        (source, "gateway" if source == "gateway" else "server", target)
        for source, targets in TOPOLOGY["calls"].items()
        for target in targets
    }
    assert wanted == edges


def test_only_workers_reach_the_broker() -> None:
    """Servers think, workers carry."""
    labels = [pod["metadata"]["labels"] for pod in pods("overlays/dev")]
    broker = next(each for each in labels if each.get("kept.dev/datastore") == "rabbitmq")

    reaching = {
        each["app.kubernetes.io/component"]
        for each in labels
        if "app.kubernetes.io/component" in each and allows("overlays/dev", each, broker, 5672)
    }

    assert {"worker"} == reaching


def test_gateways_and_workers_reach_redis() -> None:
    """Limits hold across replicas by it, and relays announce facts on it."""
    labels = [pod["metadata"]["labels"] for pod in pods("overlays/dev")]
    redis = next(each for each in labels if each.get("kept.dev/datastore") == "redis")

    reaching = {
        each["app.kubernetes.io/component"]
        for each in labels
        if "app.kubernetes.io/component" in each and allows("overlays/dev", each, redis, 6379)
    }

    assert reaching >= {"worker", "gateway"}


@pytest.mark.parametrize("tree", OVERLAYS)
def test_nothing_is_open_by_default(tree: str) -> None:
    """A policy that selects every pod denies both ways."""
    closed = [
        each
        for each in of_kind(tree, "NetworkPolicy")
        if each["spec"]["podSelector"] == {} and each["spec"]["policyTypes"] == ["Ingress", "Egress"]
    ]

    assert len(closed) == 1
    assert "ingress" not in closed[0]["spec"]
    assert "egress" not in closed[0]["spec"]


@pytest.mark.parametrize("tree", OVERLAYS)
def test_no_secret_is_in_the_tree(tree: str) -> None:
    """Secrets are named, never written down."""
    assert of_kind(tree, "Secret") == []


def test_the_compose_file_starts_every_process() -> None:
    """Containers on one machine: the same processes, each service with its own database role."""
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))["services"]

    wanted = {name if name == component else f"{name}-{component}" for name, component in PROCESSES}

    assert wanted <= services.keys()
    for name, component in PROCESSES:
        if component in ("server", "worker"):
            assert f"kept_{name}_{component}:" in services[f"{name}-{component}"]["environment"]["KEPT_DATABASE_URL"]
