"""Creates a group, or gives it new terms."""

from __future__ import annotations

from dataclasses import replace

import uuid_utils

from services.booking.domain.group import Group
from services.booking.usecases.group_ports import GroupStore
from services.chassis.context import Call


async def put_group(terms: Group, etag: str, call: Call, *, store: GroupStore) -> Group:
    """
    Store a group; one without an id is new. Sessions that are scheduled keep their leaders and their minimum.

    Raises:
        Unknown: No such group. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    if not terms.group_id:
        after = replace(terms, group_id=str(uuid_utils.uuid7()))
    else:
        after = (await store.find(call, terms.group_id, is_locked=True)).replaced_by(terms, etag)
    await store.put(call, after)
    call.resource_id = after.group_id
    return after
