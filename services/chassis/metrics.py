"""Every metric of the chassis, as a catalogue; labels never hold ids."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

RPC_SECONDS = Histogram("kept_rpc_duration_seconds", "Time a call took, by method.", ["method"], buckets=_SECONDS)
"""Rate and duration of calls; the count is the rate."""

RPC_STATUS = Counter(
    "kept_rpc_finished_total", "Calls finished, by method, status and reason.", ["method", "status", "reason"]
)
"""Errors of calls."""

RPC_IN_FLIGHT = Gauge("kept_rpc_in_flight", "Calls being worked on.")
"""Work at hand; a drain waits for zero."""

AUDIT_REFUSED = Counter("kept_audit_refused_total", "Calls refused because their audit record could not be written.")
"""Anything above zero pages: the trail could not be written and clients were turned away."""

AUDIT_WAITING = Gauge("kept_audit_waiting_rows", "Audit records not yet confirmed by the broker.")
"""Reads of clients are refused above KEPT_AUDIT_WAITING_MAX."""

AUDIT_LAG = Gauge("kept_audit_lag_seconds", "Age of the oldest audit record not yet confirmed by the broker.")
"""Reads of clients are refused above KEPT_AUDIT_LAG_MAX_S."""

EVENTS_STORED = Counter("kept_events_stored_total", "Events stored in the inbox.", ["type"])
"""What the worker took in; duplicates included."""

EVENTS_HANDLED = Counter("kept_events_handled_total", "Events handled, by type and outcome.", ["type", "outcome"])
"""Outcome is handled, skipped, refused, retried or quarantined."""

EVENT_SECONDS = Histogram(
    "kept_event_lag_seconds", "From the fact to its handling, by type.", ["type"], buckets=(*_SECONDS, 60, 600, 3600)
)
"""Lag of reactions."""

OUTBOX_OLDEST = Gauge("kept_outbox_oldest_age_seconds", "Age of the oldest event not yet confirmed by the broker.")
"""Rises while the broker is down."""

OUTBOX_ROWS = Gauge("kept_outbox_rows", "Events not yet confirmed by the broker.")
"""Backlog of the relay."""

OUTBOX_RELAYED = Counter("kept_outbox_relayed_total", "Messages the broker confirmed, by kind.", ["kind"])
"""Kind is event or audit."""

INBOX_ROWS = Gauge("kept_inbox_pending_rows", "Events stored and not yet handled.")
"""Backlog of reactions."""

INBOX_OLDEST = Gauge("kept_inbox_oldest_age_seconds", "Age of the oldest event not yet handled.")
"""Rises while reactions fail or stand still."""

DEAD_LETTERS = Counter("kept_dead_letters_total", "Messages put into quarantine, by reason.", ["reason"])
"""Someone must look."""

POOL_IN_USE = Gauge("kept_pool_in_use", "Database connections lent out.")
"""Near the pool's size, calls wait."""

POOL_WAITING = Gauge("kept_pool_waiting", "Calls waiting for a database connection.")
"""Above zero for long, the pool is too small or the database too slow."""

KEYS_REWRAPPED = Counter(
    "kept_keys_rewrapped_total", "Data keys moved under the current version of their practice's key."
)
"""Runs after a rotation until nothing is left."""

KEYS_LOST = Counter("kept_keys_lost_total", "Data keys that could not be unwrapped, at each try to rewrap them.")
"""Must stay 0: a master key was retired too early, or a row was changed."""

BATCH_JOBS = Histogram("kept_batch_jobs", "Jobs committed together, by writer.", ["writer"], buckets=_SIZES)
"""How well group commit gathers."""

BATCH_SECONDS = Histogram(
    "kept_batch_duration_seconds", "Time a batch took to commit, by writer.", ["writer"], buckets=_SECONDS
)
"""The better part of a hot write's latency."""

BATCH_REPLAYS = Counter(
    "kept_batch_replays_total", "Batches that failed whole and were replayed one by one.", ["writer"]
)
"""Races with other replicas, and lost databases."""

IS_READY = Gauge("kept_process_ready", "1 while the process is ready.")
"""Readiness as the process sees it."""


def serve(host: str, port: int) -> None:
    """Answer Prometheus on a thread of its own; port 0 serves none."""
    if port:
        start_http_server(port, addr=host)
