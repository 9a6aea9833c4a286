"""Takes records past their time out of the trail, on two persons' word; their hashes stay."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from services.audit.domain import errors, merkle, tiles
from services.audit.domain.checkpoints import Checkpoint
from services.audit.domain.retention import Detachment, DetachmentState
from services.audit.usecases.ports import Head, Trail
from services.audit.usecases.prove import prove_consistency
from services.audit.usecases.retention_ports import Archive, ArchiveRefused, RetentionStore
from services.chassis.context import Call

TILES_PER_STEP = 16
"""Tiles exported or removed between two commits: 4,096 records; a process that is killed does no more of it again."""

ARCHIVED_YEARS = 30
"""Years the archive locks what it is given. Source: none demands more than a practice may set; longer harms nobody."""

DAYS_PER_YEAR = 365.25

Sign = Callable[[Call], Awaitable[tuple[Head, str]]]
State = Callable[[str, Checkpoint], str]
"""Signs how far a practice's tree was archived."""


async def request_detachment(
    detachment_id: str, call: Call, *, store: RetentionStore, archive: Archive | None, at: datetime
) -> Detachment:
    """
    Begin to export every whole tile of records that are past the practice's time.

    Raises:
        ArchiveMissing, Held, NothingToDetach, DetachmentOpen. (FAILED_PRECONDITION)
    """
    if archive is None:
        raise errors.ArchiveMissing("No archive is configured.")
    await _check_held(call, store)
    retention = await store.retention(call)
    start, _ = await store.detached(call)
    kept = await store.first_kept(call, cutoff=_years_before(at, retention.years))
    end = kept - kept % tiles.WIDTH
    if end <= start:
        raise errors.NothingToDetach("No 256 records in a row are past their time.", years=str(retention.years))
    detachment = Detachment(
        detachment_id=detachment_id,
        state=DetachmentState.EXPORTING,
        start_seq=start,
        end_seq=end,
        exported_seq=start,
        removed_seq=start,
        held_count=0,
        note="",
        request_actor_id=call.actor.actor_id,
        request_time=at,
        approve_actor_id="",
        approve_time=None,
        update_time=at,
        version=1,
    )
    call.resource_id = detachment_id
    await store.add_detachment(call, detachment)
    return detachment


async def approve_detachment(detachment_id: str, call: Call, *, store: RetentionStore, at: datetime) -> Detachment:
    """
    Agree, as the second person.

    Raises:
        Missing: No such detachment. (NOT_FOUND)
        SamePerson: Whoever asked can't agree. (PERMISSION_DENIED)
        StateForbids, Held: It is not exported yet, or a hold was set meanwhile. (FAILED_PRECONDITION)
    """
    detachment = await store.find_detachment(call, detachment_id, is_locked=True)
    call.resource_id = detachment_id
    approved = detachment.approve(actor_id=call.actor.actor_id, at=at)
    await _check_held(call, store)
    await store.save_detachment(call, approved)
    return approved


async def cancel_detachment(detachment_id: str, call: Call, *, store: RetentionStore, at: datetime) -> Detachment:
    """
    Call it off; what was exported stays in the archive.

    Raises:
        Missing: No such detachment. (NOT_FOUND)
        StateForbids: It was agreed to. (FAILED_PRECONDITION)
    """
    detachment = await store.find_detachment(call, detachment_id, is_locked=True)
    call.resource_id = detachment_id
    cancelled = detachment.cancel(at=at)
    await store.save_detachment(call, cancelled)
    return cancelled


async def work_on_detachment(
    detachment_id: str,
    call: Call,
    *,
    store: RetentionStore,
    trail: Trail,
    archive: Archive,
    sign: Sign,
    state: State,
    at: datetime,
) -> Detachment:
    """Do one step of a detachment, which the call then commits; safe to repeat from wherever it was cut off."""
    detachment = await store.find_detachment(call, detachment_id, is_locked=True)
    if detachment.state is DetachmentState.EXPORTING:
        return await _export(detachment, call, store=store, trail=trail, archive=archive, sign=sign, state=state, at=at)
    if detachment.state is DetachmentState.DETACHING and not await store.is_held(call, ""):
        return await _remove(detachment, call, store=store, at=at)
    return detachment


async def _export(
    detachment: Detachment,
    call: Call,
    *,
    store: RetentionStore,
    trail: Trail,
    archive: Archive,
    sign: Sign,
    state: State,
    at: datetime,
) -> Detachment:
    done, end = detachment.exported_seq, detachment.end_seq
    until = at + timedelta(days=DAYS_PER_YEAR * ARCHIVED_YEARS)
    try:
        for _ in range(TILES_PER_STEP):
            if done >= end:
                break
            await _export_tile(done // tiles.WIDTH, call, store=store, trail=trail, archive=archive, until=until)
            done += tiles.WIDTH
        after = detachment.export(done, at=at)
        if done >= end:
            note = await _close_export(
                detachment, call, trail=trail, archive=archive, sign=sign, state=state, until=until
            )
            after = after.finish_export(note, at=at)
    except ArchiveRefused:
        after = detachment.fail(at=at)
    await store.save_detachment(call, after)
    return after


async def _export_tile(
    index: int, call: Call, *, store: RetentionStore, trail: Trail, archive: Archive, until: datetime
) -> None:
    """Write 256 records and their hashes, read both back, and check them against the tree. Raises ArchiveRefused."""
    leaves = await store.leaves(call, index * tiles.WIDTH, tiles.WIDTH)
    if len(leaves) != tiles.WIDTH:
        raise ArchiveRefused("records are missing")
    folder = call.practice_id
    objects = {
        f"{folder}/{tiles.tile_path('entries', index)}": tiles.write_bundle([each.canonical for each in leaves]),
        f"{folder}/{tiles.tile_path(0, index)}": b"".join(each.leaf_hash for each in leaves),
    }
    for name, data in objects.items():
        await archive.put(name, data, retain_until=until)
    bundle, hashes = [await archive.get(name) or b"" for name in objects]
    try:
        found = [merkle.leaf_hash(each) for each in tiles.read_bundle(bundle)]
    except tiles.BundleMalformed as error:
        raise ArchiveRefused(str(error)) from None
    [root] = await trail.nodes(call, [(tiles.LEVELS, index)])
    if found != tiles.split_hashes(hashes) or len(found) != tiles.WIDTH or tiles.tile_root(found) != root:
        raise ArchiveRefused("what was read back is not what is in the tree")


async def _close_export(
    detachment: Detachment,
    call: Call,
    *,
    trail: Trail,
    archive: Archive,
    sign: Sign,
    state: State,
    until: datetime,
) -> str:
    """Sign how far the archive goes, and leave beside it what proves that it is the tree's beginning."""
    head, checkpoint = await sign(call)
    end = detachment.end_seq
    roots = await trail.nodes(call, [(tiles.LEVELS, index) for index in range(end // tiles.WIDTH)])
    root = tiles.tile_root(roots)
    proof = await prove_consistency(end, head.size, call, trail=trail) if end < head.size else []
    merkle.verify_consistency(end, head.size, root, head.root, proof)
    note = state(call.practice_id, Checkpoint("", end, root))
    manifest = {
        "format": "kept-archive@v1",
        "practice_id": call.practice_id,
        "detachment_id": detachment.detachment_id,
        "start_seq": detachment.start_seq,
        "end_seq": end,
        "note": note,
        "checkpoint": checkpoint,
        "consistency": [base64.b64encode(each).decode() for each in proof],
    }
    # Named by the checkpoint, too: cut off before the commit, the next try may stand on a later one.
    name = f"{call.practice_id}/detachments/{detachment.detachment_id}-{head.size}.json"
    await archive.put(name, json.dumps(manifest, sort_keys=True, indent=1).encode(), retain_until=until)
    return note


async def _remove(detachment: Detachment, call: Call, *, store: RetentionStore, at: datetime) -> Detachment:
    done, held = detachment.removed_seq, 0
    for _ in range(TILES_PER_STEP):
        if done >= detachment.end_seq:
            break
        held += await store.remove_tile(call, done // tiles.WIDTH)
        done += tiles.WIDTH
    after = detachment.remove(done, held=held, at=at)
    await store.save_detachment(call, after)
    return after


async def _check_held(call: Call, store: RetentionStore) -> None:
    if await store.is_held(call, ""):
        raise errors.Held("A legal hold keeps the practice's trail from being detached.")


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year - years, day=28)
