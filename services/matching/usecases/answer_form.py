"""Takes answers to a form, all or none; completes it when nobody's are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.answers import enabled, is_alarming, merged, missing, scored, visible
from services.matching.domain.consents import DueState
from services.matching.domain.forms import Form, FormSide, Item
from services.matching.domain.instruments import INSTRUMENTS, score
from services.matching.domain.triage import RULES_VERSION, Cause, CrisisFlag, judge
from services.matching.usecases.form_ports import Filings, Forms, Response
from services.matching.usecases.match_client import is_staff
from services.matching.usecases.ports import Clock, NewId
from services.matching.usecases.triage_ports import Screening, Triage, Wordings


@dataclass(frozen=True, slots=True)
class Seen:
    """A response as one side sees it."""

    response: Response
    answers: Mapping[str, Sequence[str]]
    enabled: Sequence[str]
    missing: Sequence[str]
    waits_for: FormSide
    has_new_flag: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """What forms are answered with."""

    forms: Forms
    filings: Filings
    triage: Triage
    wordings: Wordings
    clock: Clock
    new_id: NewId


async def answer_form(
    response_id: str,
    given: Sequence[tuple[str, Sequence[str]]],
    call: Call,
    *,
    is_submitted: bool,
    etag: str,
    office: Office,
) -> Seen:
    """
    Put the answers in, and complete the response when it is submitted and nobody's answers are missing.

    An answer about self-harm raises a flag at once, whatever else is missing, in the same transaction; one flag a
    response. What was answered to a hidden question is not kept when the response is completed. The instruments in it
    become screenings, and what the client answered under prefill keys is offered to them again.

    Raises:
        ResponseNotFound: There is no such response. (NOT_FOUND)
        ResponseCompleted: It changes no more. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
        AnswersMissing: It is submitted, and required answers of the caller's side are missing. (FAILED_PRECONDITION)
        UnknownQuestion, AnsweredTwice, AnswerMalformed, AnswerOutOfRange, AnswersTooLarge, NotTheirs: Nothing is
            stored. (INVALID_ARGUMENT)
    """
    before = await office.filings.lock_response(call, response_id)
    await call.authorize(client_ids=[before.client_id], resource_id=response_id)
    if before.complete_time is not None:
        raise errors.ResponseCompleted("The form is answered.", response_id=response_id)
    if etag and etag != before.etag:
        raise errors.StaleVersion("The answers have changed since you looked.", etag=before.etag)
    form, side, now = await form_of(before, call, office), side_of(call, before.client_id), office.clock()
    answers = merged(form, before.answers, given, side)
    after = replace(before, answers=answers, version=before.version + 1)
    has_new_flag = not before.flag_id and is_alarming(form, answers)
    if has_new_flag:
        after = replace(after, flag_id=office.new_id())
        await office.triage.raise_flag(call, CrisisFlag(after.flag_id, before.client_id, Cause.ANSWER, now))
    if is_submitted:
        own = missing(form, answers, side)
        if own and not has_new_flag:
            raise errors.AnswersMissing("Required questions have no answer.", link_ids=" ".join(own)[:1_000])
        if not missing(form, answers):
            after = await _completed(form, after, call, office)
    await office.filings.save_response(call, after)
    return replace(see(form, after, side), has_new_flag=has_new_flag)


def see(form: Form, response: Response, side: FormSide) -> Seen:
    """Return a response as one side sees it; EITHER sees all."""
    others = FormSide.GUARDIAN if side is FormSide.CLIENT else FormSide.CLIENT
    rest = [] if side is FormSide.EITHER else [
        link_id for link_id in missing(form, response.answers) if link_id not in missing(form, response.answers, side)
    ]  # fmt: skip
    shown = visible(form, response.answers, side)
    hidden = {item.link_id for item in form.walk() if {side, item.side} == {FormSide.CLIENT, FormSide.GUARDIAN}}
    return Seen(
        response,
        shown,
        [link_id for link_id in enabled(form, response.answers) if link_id not in hidden],
        [] if response.complete_time else missing(form, response.answers, side),
        others if rest and response.complete_time is None else FormSide.EITHER,
    )


async def form_of(response: Response, call: Call, office: Office) -> Form:
    """Return the version a response began with, its instruments written out."""
    form = await office.forms.find(call, response.form_id, response.form_version)
    if form is None:
        raise errors.FormNotFound("There is no such form.", form_id=response.form_id)
    return form.expanded()


def side_of(call: Call, client_id: str) -> FormSide:
    """Return for whom the caller answers: the client, whoever acts for them, or, as staff, both."""
    if is_staff(call):
        return FormSide.EITHER
    return FormSide.CLIENT if call.actor.client_id == client_id else FormSide.GUARDIAN


async def _completed(form: Form, response: Response, call: Call, office: Office) -> Response:
    """Complete a response: scores, screenings, prefills, and the due that it settles."""
    now, shown = office.clock(), set(enabled(form, response.answers))
    answers = {link_id: values for link_id, values in response.answers.items() if link_id in shown}
    done = replace(response, answers=answers, complete_time=now, scores=tuple(scored(form, answers)))
    for code, instrument in INSTRUMENTS.items():
        taken = {item.link_id: int(answers[item.link_id][0]) for item in instrument.items if answers.get(item.link_id)}
        if not taken:
            continue
        result = score(instrument, taken)
        priority, rules = judge(code, result)
        screening = Screening(
            screening_id=office.new_id(),
            client_id=response.client_id,
            instrument=code,
            score=result,
            priority=priority,
            rules=rules,
            rules_version=RULES_VERSION,
            flag_id=response.flag_id if result.is_self_harm else "",
            create_time=now,
        )
        await office.triage.add_screening(call, screening, taken)
    keyed = {item.prefill_key: answers[item.link_id] for item in form.walk() if _is_offered_again(item, answers)}
    if keyed:
        known = await office.filings.prefills(call, response.client_id)
        await office.filings.keep_prefills(call, response.client_id, {**known, **keyed})
    due = await office.filings.lock_open_due(call, response.client_id, form_id=response.form_id)
    if due is not None:
        await office.filings.save_due(call, due.ended(DueState.SETTLED))
    return done


def _is_offered_again(item: Item, answers: Mapping[str, Sequence[str]]) -> bool:
    """
    Tell whether an answer may fill other forms in.

    Danger: an answer one side alone may see would be shown to the other in a form that does not say so.
    """
    return bool(item.prefill_key and answers.get(item.link_id)) and item.side is FormSide.EITHER
