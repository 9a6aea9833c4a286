"""Makes the servers of `tests/support` known to every test."""

from __future__ import annotations

pytest_plugins = ["tests.support.postgres", "tests.support.broker", "tests.support.whole_suite"]
