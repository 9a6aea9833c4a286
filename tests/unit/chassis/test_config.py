"""A process that is told something it can't use does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.config import Misconfigured, read_config


def test_settings_are_read_by_their_names(tmp_path: Path) -> None:
    """Every KEPT_* variable has one field."""
    config = read_config(
        "booking",
        {
            "KEPT_INSTANCE": "b-1",
            "KEPT_DATABASE_URL": "postgresql://a",
            "KEPT_BROKER_URL": "amqp://b",
            "KEPT_GRPC_LISTEN": "127.0.0.1:7",
            "KEPT_METRICS_PORT": "9102",
            "KEPT_KEYS_DIR": str(tmp_path),
            "KEPT_TARGET_AVAILABILITY": "dns:///availability:50051",
            "KEPT_LOG_FORMAT": "text",
        },
    )

    assert (config.service, config.instance, config.grpc_listen, config.metrics_port) == (
        "booking",
        "b-1",
        "127.0.0.1:7",
        9102,
    )
    assert config.keys_dir == tmp_path
    assert config.target("availability") == "dns:///availability:50051"


def test_a_process_names_itself_when_nobody_does() -> None:
    """Two replicas on one host are two emitters."""
    assert read_config("booking", {}).instance.rpartition("-")[2].isdigit()


@pytest.mark.parametrize(
    "environ",
    [
        {"KEPT_METRICS_PORT": "many"},
        {"KEPT_METRICS_PORT": "-1"},
        {"KEPT_KEYS_DIR": "/nowhere/at/all"},
        {"KEPT_TLS_DIR": "/nowhere/at/all"},
    ],
)
def test_a_setting_that_can_not_be_used_is_named(environ: dict[str, str]) -> None:
    """With the variable's name, so that whoever deploys finds it."""
    with pytest.raises(Misconfigured, match=next(iter(environ))):
        read_config("booking", environ)


def test_a_neighbour_without_an_address_is_named() -> None:
    """At start, not at the first call."""
    with pytest.raises(Misconfigured, match="KEPT_TARGET_AUDIT"):
        read_config("booking", {}).target("audit")
