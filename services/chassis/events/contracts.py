"""Finds the class of an event by its type's name, among the contracts of its package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from google.protobuf import symbol_database
from google.protobuf.message import Message


@lru_cache(maxsize=1024)
def event_class(type_: str) -> type[Message]:
    """
    Return the class of an event; what is not imported yet is imported.

    Args:
        type_: Protobuf full name, for example "kept.booking.v1.AppointmentBooked".

    Raises:
        KeyError: No contract of events has such a message.
    """
    package_name, _, name = type_.rpartition(".")
    if not package_name.startswith("kept.") or not name:
        raise KeyError(type_)
    try:
        package = importlib.import_module(package_name)
    except ModuleNotFoundError:
        raise KeyError(type_) from None
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.endswith("_events_pb2"):
            importlib.import_module(f"{package_name}.{module.name}")
    found: type[Message] = symbol_database.Default().GetSymbol(type_)
    return found
