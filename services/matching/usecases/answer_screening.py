"""Takes the answers to an instrument, and raises a flag where they ask for one."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.instruments import instrument_of, score
from services.matching.domain.triage import RULES_VERSION, Cause, CrisisFlag, judge
from services.matching.usecases.ports import Clock, NewId
from services.matching.usecases.triage_ports import Screening, Triage


async def answer_screening(
    client_id: str,
    code: str,
    answers: Sequence[tuple[str, int]],
    call: Call,
    *,
    triage: Triage,
    clock: Clock,
    new_id: NewId,
) -> Screening:
    """
    Score the answers and store them with their flag and its event, in one transaction.

    Raises:
        UnknownInstrument: No instrument of this code is held. (NOT_FOUND)
        AnsweredTwice, UnknownQuestion, AnswerOutOfRange, NothingAnswered: Nothing is stored. (INVALID_ARGUMENT)
    """
    instrument = instrument_of(code)
    given = dict(answers)
    if len(given) < len(answers):
        raise errors.AnsweredTwice("An item is answered twice.", field="answers")
    found, now = score(instrument, given), clock()
    priority, rules = judge(instrument.code, found)
    flag_id = new_id() if found.is_self_harm else ""
    screening = Screening(
        screening_id=new_id(),
        client_id=client_id,
        instrument=instrument.code,
        score=found,
        priority=priority,
        rules=rules,
        rules_version=RULES_VERSION,
        flag_id=flag_id,
        create_time=now,
    )
    await triage.add_screening(call, screening, given)
    if flag_id:
        await triage.raise_flag(call, CrisisFlag(flag_id, client_id, Cause.ANSWER, now))
    return screening
