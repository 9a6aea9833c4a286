"""Reads from the contracts which events receivers of webhooks hear of, and in which words."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import kept
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from kept.webhook.v1 import webhook_pb2


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of one event."""

    event_name: str
    """Protobuf full name."""

    kind: str
    """For example "appointment.booked"."""

    id_fields: tuple[str, ...]
    """The way to the field that names what it happened to."""

    path: str
    """Where a receiver reads it, with "{id}" in it; empty: in lists only."""

    def facts(self, event: Message) -> Facts:
        """Return what of the event is told."""
        *way, name = self.id_fields
        holder = event
        for each in way:
            holder = getattr(holder, each)
        return Facts(
            holder.practice_id,  # type: ignore[attr-defined]
            getattr(holder, name),
            holder.version,  # type: ignore[attr-defined]
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What leaves the house of an event, and whose it is."""

    practice_id: str
    resource_id: str
    version: int


@cache
def telling_of(descriptor: Descriptor) -> Telling | None:
    """Return what is told of events of a type; None: nothing."""
    told = descriptor.GetOptions().Extensions[webhook_pb2.told]
    if not told.type:
        return None
    return Telling(descriptor.full_name, told.type, tuple(told.id.split(".")), told.path)


@cache
def catalogue() -> dict[str, Telling]:
    """Return all that receivers may hear of, by its kind, in the order of the contracts."""
    found = [telling_of(descriptor) for descriptor in event_types()]
    return {telling.kind: telling for telling in found if telling is not None}


def event_types() -> Iterator[Descriptor]:
    """Return every message of every `*_events.proto`: the events, and the parts they share."""
    for module in _event_modules():
        yield from module.DESCRIPTOR.message_types_by_name.values()


def _event_modules() -> Iterator[ModuleType]:
    packages = sorted({path.name for root in kept.__path__ for path in Path(root).iterdir() if (path / "v1").is_dir()})
    for package in packages:
        versioned = importlib.import_module(f"kept.{package}.v1")
        for module in sorted(each.name for each in pkgutil.iter_modules(versioned.__path__)):
            if module.endswith("_events_pb2"):
                yield importlib.import_module(f"{versioned.__name__}.{module}")
