"""Keeps who has seen an alarm, and what it was."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from kept.audit.v1 import watch_events_pb2

from services.audit.domain import errors
from services.audit.domain.alarms import KINDS, RESOLUTIONS, Alarm
from services.chassis.context import Call


class Alarms(Protocol):
    """Keeps alarms, in the call's transaction."""

    async def find(self, call: Call, alarm_id: str, *, is_locked: bool = False) -> Alarm | None:
        """Return an alarm of the practice, or one that is everybody's."""

    async def acknowledge(self, call: Call, alarm_id: str, *, at: datetime) -> None:
        """Note that the caller has seen it."""

    async def resolve(self, call: Call, alarm_id: str, resolution: str, *, at: datetime) -> None:
        """Say what it was."""


async def acknowledge_alarm(alarm_id: str, call: Call, *, alarms: Alarms, at: datetime) -> Alarm:
    """Note that the caller has seen an alarm. Raises Missing."""
    alarm = await _found(alarm_id, call, alarms)
    await alarms.acknowledge(call, alarm_id, at=at)
    _settle(alarm, call)
    return await _found(alarm_id, call, alarms)


async def resolve_alarm(alarm_id: str, resolution: str, call: Call, *, alarms: Alarms, at: datetime) -> Alarm:
    """
    Say what an alarm was.

    Raises:
        Missing: The practice has no such alarm. (NOT_FOUND)
        AlarmNotResolvable: It passes by itself, is over, or is of the whole installation. (FAILED_PRECONDITION)
    """
    if resolution not in RESOLUTIONS:
        raise errors.ReportParameterWrong("There is no such resolution.", field="resolution")
    alarm = await _found(alarm_id, call, alarms, is_locked=True)
    if alarm.resolve_time or alarm.practice_id != call.practice_id or not KINDS[alarm.kind].is_lasting:
        raise errors.AlarmNotResolvable("This alarm is not resolved by hand.", alarm_id=alarm_id)
    await alarms.acknowledge(call, alarm_id, at=at)
    await alarms.resolve(call, alarm_id, resolution, at=at)
    _settle(alarm, call)
    return await _found(alarm_id, call, alarms)


async def _found(alarm_id: str, call: Call, alarms: Alarms, *, is_locked: bool = False) -> Alarm:
    call.resource_id = alarm_id
    alarm = await alarms.find(call, alarm_id, is_locked=is_locked)
    if alarm is None:
        raise errors.Missing("There is no such alarm.", alarm_id=alarm_id)
    return alarm


def _settle(alarm: Alarm, call: Call) -> None:
    """Tell that staff need not be paged about it any more; alarms of the installation page nobody of a practice."""
    if alarm.practice_id == call.practice_id:
        version = alarm.version + 1
        call.publish(
            watch_events_pb2.AlarmSettled(practice_id=call.practice_id, alarm_id=alarm.alarm_id, version=version),
            aggregate_id=alarm.alarm_id,
            version=version,
        )
