"""Carries facts between services: outbox, relay, consumer, inbox, quarantine."""
