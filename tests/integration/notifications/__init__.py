"""Notifications on a real PostgreSQL, with a real mail server and a small booking."""
