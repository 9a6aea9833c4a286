"""Makes ids."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """Return a new id; later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())
