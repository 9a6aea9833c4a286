"""The alert rules ask for metrics that exist and lead to pages that exist; what the trail can suffer is alerted."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "deploy/monitoring").glob("*-alerts.yaml"))
FOREIGN = ("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes")


def rules(path: Path) -> list[dict[str, Any]]:
    """Return the rules of a file."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALL = [rule for path in FILES for rule in rules(path)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool checks the rules' grammar; it is not here")
def test_prometheus_takes_the_rules(path: Path) -> None:
    """By promtool, strictly."""
    done = subprocess.run(["promtool", "check", "rules", str(path)], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: str(rule["alert"]))
def test_a_rule_asks_for_metrics_that_exist(rule: dict[str, Any]) -> None:
    """A renamed metric would silence its alert for ever."""
    for module in ("services.chassis.metrics", "services.audit.adapters.metrics"):
        importlib.import_module(module)
    known = {
        name
        for metric in REGISTRY.collect()
        for name in (metric.name, *(f"{metric.name}{suffix}" for suffix in ("_total", "_bucket", "_count", "_sum")))
    }

    asked = set(re.findall(r"\b(?:kept|kubelet)_[a-z_]+", rule["expr"]))

    assert asked
    assert asked <= known | set(FOREIGN)
    assert rule["expr"].count("(") == rule["expr"].count(")")


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: str(rule["alert"]))
def test_a_rule_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    """The page exists, down to its section."""
    path, _, section = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)

    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert not section or section in {re.sub(r"[^a-z -]", "", each.lower()).replace(" ", "-") for each in headings}


def test_gaps_lag_silence_forgery_and_disk_are_alerted() -> None:
    """Each kind of harm has its alert, and no name is given twice."""
    names = [rule["alert"] for rule in ALL]

    assert len(names) == len(set(names))
    assert {
        "KeptTrailGap", "KeptTrailSilent", "KeptTrailLags", "KeptTrailRefuses", "KeptTrailTampered", "KeptTrailForked",
        "KeptTrailUnsigned", "KeptTrailUnverified", "KeptTrailUnwitnessed", "KeptTrailVolumeNearlyFull",
    } <= set(names)  # fmt: skip
