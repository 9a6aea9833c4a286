"""Writes one line an event, and refuses personal data in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog

PERSONAL_KEYS: Final = frozenset(
    {
        "name", "given_name", "family_name", "display_name", "birth_date", "email", "phone", "address", "subject",
        "body", "note", "notes", "text", "reason_text", "answer", "answers", "password", "token", "secret",
        "authorization", "recipient", "contact_point", "client", "specialties", "insurer",
        "signer_name", "values", "band", "plan", "populations", "accessibility", "attribute", "approaches",
        "instrument", "severity", "rules", "score", "link_id", "facts",
        "words", "topic", "file_name", "sender",
    }
)  # fmt: skip
"""Keys whose values never reach a log; tests/contract/test_logs.py compares them with the protos."""

REFUSED: Final = "(refused: personal)"

_EMAIL = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w.:-])\+?\(?\d{1,4}\)?(?:[ .()-]?\d{2,4}){2,5}(?![\w:-])")
_PLAIN: Final = frozenset({"event", "level", "time", "service", "process", "method", "status", "traceback"})

Event = MutableMapping[str, Any]


def refuse_personal_data(logger: object, method: str, event: Event) -> Event:
    """Replace the values of personal keys, and whatever looks like an e-mail address or a phone number."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = REFUSED
        elif type(value) is str:
            if key not in _PLAIN:
                event[key] = _scrub(value)
            elif key == "traceback":
                event[key] = _EMAIL.sub(REFUSED, value)
    return event


def _scrub(text: str) -> str:
    if "@" in text:
        text = _EMAIL.sub(REFUSED, text)
    digits = sum(map(str.isdigit, text)) if len(text) != 36 else 0
    return _PHONE.sub(REFUSED, text) if digits >= 7 else text


def configure(*, service: str, process: str, style: str = "json", level: str = "info") -> None:
    """
    Set logging up for this process, the libraries' own included.

    Args:
        service: Stamped on every line.
        process: "server", "worker" or a command's name; stamped on every line.
        style: "json", or "text" for people.
        level: The least level written.
    """

    global _is_writing_calls, _render
    _stamps.update(service=service, process=process)
    _is_writing_calls = getattr(logging, level.upper()) <= logging.INFO
    _render = render = _text if style == "text" else _json

    def stamp(logger: object, method: str, event: Event) -> Event:
        event["service"], event["process"] = service, process
        return event

    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            stamp,
            _traceback,
            refuse_personal_data,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Library())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _Library(logging.Formatter):
    """Writes the libraries' lines in our shape."""

    def format(self, record: logging.LogRecord) -> str:
        event: Event = {
            "event": "library.logged",
            "library": record.name,
            "message": record.getMessage(),
            "level": record.levelname.lower(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return _json(None, "", refuse_personal_data(None, "", event))


_stamps: dict[str, str] = {}
_is_writing_calls = False
_render: Callable[[object, str, Event], str] = lambda logger, method, event: _json(logger, method, event)  # noqa: E731


def _traceback(logger: object, method: str, event: Event) -> Event:
    if event.get("exc_info"):
        structlog.processors.ExceptionRenderer()(None, method, event)
        event["traceback"] = event.pop("exception", "")
    event.pop("exc_info", None)
    return event


_dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=str).encode


def _json(logger: object, method: str, event: Event) -> str:
    return _dumps(event)


def _text(logger: object, method: str, event: Event) -> str:
    name, traceback = event.pop("event", ""), event.pop("traceback", "")
    head = f"{str(event.pop('time', ''))[11:23]} {event.pop('level', ''):<7} {name}"
    for key in ("service", "process"):
        event.pop(key, None)
    rest = " ".join(f"{key}={value}" for key, value in event.items())
    return f"{head} {rest}".rstrip() + (f"\n{traceback}" if traceback else "")


def write_call(**fields: str | float) -> None:
    """
    Write the canonical line of a call, around the processors: it holds ids, numbers and reasons only.

    Danger: whatever is passed here is not looked through; pass nothing a person typed.
    """
    if _is_writing_calls:
        event: Event = {"event": "rpc.finished", **_stamps, **fields}
        event["time"] = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        event["level"] = "error" if fields.get("status") == "INTERNAL" else "info"
        sys.stdout.write(_render(None, "", event) + "\n")
