"""A log line tells what happened, and to nobody by name."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from kept.booking.v1 import booking_pb2
from kept.notifications.v1 import notifications_pb2

from services.chassis import logs

PERSONAL_MESSAGES = (booking_pb2.Client.DESCRIPTOR, notifications_pb2.ContactPoint.DESCRIPTOR)
NOT_PERSONAL = {"client_id", "etag", "create_time", "time_zone", "locale", "has_consent"}


def passed(**event: object) -> dict[str, object]:
    """What the processor lets through."""
    return dict(logs.refuse_personal_data(None, "info", {"event": "client.registered", **event}))


def test_every_personal_field_of_the_contracts_is_refused() -> None:
    """A field added to a personal message must be refused or named harmless here."""
    fields = {field.name for message in PERSONAL_MESSAGES for field in message.fields}

    assert fields - NOT_PERSONAL <= logs.PERSONAL_KEYS


@pytest.mark.parametrize(
    "text", ["mail to ada.osei+x@example.com bounced", "call (303) 555-0100", "call +13035550100 now", "303 555 0100"]
)
def test_what_looks_personal_is_refused_under_any_key(text: str) -> None:
    """An address or a number inside a harmless key."""
    assert logs.REFUSED in str(passed(detail=text)["detail"])


@pytest.mark.parametrize(
    "value", ["0192f000-0000-7000-8000-00000000000a", "SLOT_TAKEN", "2030-01-01T09:00:00Z", "booking.events", 12, None]
)
def test_ids_times_and_reasons_stay(value: object) -> None:
    """What an operator needs is not scrubbed away."""
    assert passed(detail=value)["detail"] == value


@pytest.fixture
def logging_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logging is set up once a process; this test's set-up must not outlive its captured stdout."""
    for name in ("_is_writing_calls", "_render"):
        monkeypatch.setattr(logs, name, getattr(logs, name))
    yield
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def test_lines_are_json_with_service_and_process(capsys: pytest.CaptureFixture[str], logging_again: None) -> None:
    """Both ways of writing stamp the same fields."""
    logs.configure(service="booking", process="server")
    structlog.get_logger("new").info("slot.freed", slot_id="s", email="ada@example.com")
    logs.write_call(method="booking.GetClient", status="OK", duration_ms=1.5)

    free, call = (json.loads(line) for line in capsys.readouterr().out.splitlines())

    assert (free["event"], free["email"], free["service"], free["level"]) == (
        "slot.freed",
        logs.REFUSED,
        "booking",
        "info",
    )
    assert (call["event"], call["process"], call["duration_ms"]) == ("rpc.finished", "server", 1.5)
    assert call["time"].endswith("Z")
