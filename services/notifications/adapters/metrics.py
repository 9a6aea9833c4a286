"""Every metric of notifications, as a catalogue; labels never hold ids."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TRIES = Counter(
    "kept_notifications_tries_total",
    "Hand-overs to providers, by channel, provider and outcome.",
    ["channel", "provider", "outcome"],
)
"""Many that are not ACCEPTED: a provider, or many addresses, are wrong."""

SEGMENTS = Counter("kept_notifications_segments_total", "Segments of texts that providers took.", ["provider"])
"""What texts cost."""

REPORTS = Counter("kept_notifications_reports_total", "What providers reported.", ["provider", "report"])
"""DELIVERED against ACCEPTED tries is what arrives."""

REPLIES = Counter("kept_notifications_replies_total", "Texts that came back, by what they were taken for.", ["meaning"])
"""Many UNKNOWN: the words of a template make people ask."""

ANSWERS = Histogram(
    "kept_notifications_answer_seconds",
    "From a message's sending to the answer by its link, by action.",
    ["action"],
    buckets=(60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 72 * 3600),
)
"""Its count is how many were answered; by step it is in the report."""

OPEN_PROVIDERS = Gauge("kept_notifications_provider_open", "Whether a provider is left alone.", ["provider"])
"""1 for minutes: the provider is down, and texts go by the next, or wait."""
