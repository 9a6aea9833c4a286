"""Turns screenings, flags and instruments into messages."""

from __future__ import annotations

from kept.matching.v1 import triage_pb2

from services.matching.domain import errors
from services.matching.domain.instruments import instrument_of
from services.matching.domain.triage import CRISIS_NUMBER, EMERGENCY_NUMBER, CrisisFlag, Outcome, resources_in
from services.matching.domain.wordings import WordedItem, Wording
from services.matching.usecases.triage_ports import Screening


def instrument_to(wording: Wording) -> triage_pb2.Instrument:
    """Write an instrument in one wording, with its source and permission."""
    instrument = instrument_of(wording.code)
    choices = {item.options for item in wording.items}
    return triage_pb2.Instrument(
        code=instrument.code,
        locale=wording.locale,
        preamble=wording.preamble,
        items=[
            triage_pb2.InstrumentItem(
                link_id=item.link_id,
                loinc=item.loinc,
                text=worded.text,
                is_self_harm=item.is_self_harm,
                options=worded.options,
                needs_link_id=item.needs,
            )
            for item, worded in zip(instrument.items, wording.items, strict=True)
        ],
        options=next(iter(choices)) if len(choices) == 1 else (),
        source=instrument.source,
        permission=wording.permission,
        version=wording.version,
        etag=wording.etag,
    )


def wording_from(message: triage_pb2.Instrument, *, version: int = 0) -> Wording:
    """Read a wording; its version is ours to say."""
    return Wording(
        code=message.code,
        locale=message.locale or "en",
        preamble=message.preamble,
        items=tuple(WordedItem(each.link_id, each.text, tuple(each.options)) for each in message.items),
        permission=message.permission,
        version=version,
    )


def screening_to(screening: Screening) -> triage_pb2.Screening:
    """Write what a screening came to."""
    message = triage_pb2.Screening(
        screening_id=screening.screening_id,
        client_id=screening.client_id,
        instrument=screening.instrument,
        is_complete=screening.score.is_complete,
        score=screening.score.total,
        severity=screening.score.severity,
        priority=triage_pb2.Priority.ValueType(screening.priority),
        rules=screening.rules,
        rules_version=screening.rules_version,
        flag_id=screening.flag_id,
    )
    message.create_time.FromDatetime(screening.create_time)
    return message


def flag_to(flag: CrisisFlag) -> triage_pb2.CrisisFlag:
    """Write a flag."""
    message = triage_pb2.CrisisFlag(
        flag_id=flag.flag_id,
        client_id=flag.client_id,
        state=triage_pb2.CrisisFlag.State.ValueType(flag.state),
        cause=triage_pb2.CrisisFlag.Cause.ValueType(flag.cause),
        acknowledge_actor_id=flag.acknowledge_actor_id,
        close_actor_id=flag.close_actor_id,
        outcome=triage_pb2.CrisisFlag.Outcome.ValueType(flag.outcome),
        etag=flag.etag,
    )
    message.raise_time.FromDatetime(flag.raise_time)
    if flag.acknowledge_time:
        message.acknowledge_time.FromDatetime(flag.acknowledge_time)
    if flag.close_time:
        message.close_time.FromDatetime(flag.close_time)
    return message


def resources_to(locale: str) -> triage_pb2.CrisisResources:
    """Write crisis resources in the nearest language held."""
    found = resources_in(locale)
    return triage_pb2.CrisisResources(
        locale=found.locale,
        lines=found.lines,
        call_number=CRISIS_NUMBER,
        text_number=CRISIS_NUMBER,
        emergency_number=EMERGENCY_NUMBER,
    )


def outcome_of(number: int) -> Outcome:
    """Return why a flag is closed. Raises OutcomeMissing when it is no reason of the contract."""
    try:
        return Outcome(number)
    except ValueError:
        raise errors.OutcomeMissing("Say why the flag is closed.", field="outcome") from None
