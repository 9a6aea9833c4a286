"""Carries W3C trace context through calls and events; spans only when an exporter is set."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_propagator = TraceContextTextMapPropagator()
_is_exporting = False


def configure(service: str) -> None:
    """Export spans over OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise spans cost nothing."""
    global _is_exporting
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"kept-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    _is_exporting = True


def parent_of(traceparent: str) -> str:
    """Return the caller's traceparent if it is well formed, else a fresh one: every call has a trace."""
    if _PARENT.fullmatch(traceparent):
        return traceparent
    # Ids need to differ, not to be secret: the kernel's randomness costs ten times as much.
    return f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-00"


def span(name: str, traceparent: str) -> AbstractContextManager[str]:
    """Open a span under *traceparent* and give the traceparent to pass on."""
    return _exported(name, traceparent) if _is_exporting else nullcontext(traceparent)


@contextmanager
def _exported(name: str, traceparent: str) -> Iterator[str]:
    parent = _propagator.extract({"traceparent": traceparent})
    with trace.get_tracer("kept").start_as_current_span(name, context=parent):
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        yield carrier.get("traceparent", traceparent)
