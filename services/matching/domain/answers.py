"""Checks answers against a form: what is shown, missing, scored, alarming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain import errors
from services.matching.domain.forms import CHOICES, WORDLESS, Condition, Form, FormSide, Item, Kind, Operator

SIZE_MAX_BYTES = 262_144
"""Bytes of all answers of a response together: far more than anybody writes into 300 questions."""

Answers = Mapping[str, Sequence[str]]
"""Values by link id, each as text in its one spelling."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a score came to."""

    code: str
    total: int
    is_complete: bool
    band: str


def merged(
    form: Form, before: Answers, given: Iterable[tuple[str, Sequence[str]]], side: FormSide
) -> dict[str, list[str]]:
    """
    Return the answers with those given put in; none of them stays when one is refused.

    Args:
        form: Expanded.
        side: Who answers; EITHER is staff, who may answer for both.

    Raises:
        UnknownQuestion: An answer names nothing that can be answered. (INVALID_ARGUMENT)
        AnsweredTwice: An item is answered twice. (INVALID_ARGUMENT)
        NotTheirs: It is the other side's to answer. (INVALID_ARGUMENT)
        AnswerMalformed, AnswerOutOfRange: It is no answer to this item. (INVALID_ARGUMENT)
        AnswersTooLarge: All together are too large. (INVALID_ARGUMENT)
    """
    items = {item.link_id: item for item in form.walk() if item.kind not in WORDLESS}
    found = {link_id: list(values) for link_id, values in before.items()}
    seen = set[str]()
    for link_id, values in given:
        item = items.get(link_id)
        if item is None:
            raise errors.UnknownQuestion("The form has no such question.", field="answers")
        if link_id in seen:
            raise errors.AnsweredTwice("An item is answered twice.", field="answers")
        seen.add(link_id)
        if FormSide.EITHER not in (side, item.side) and item.side is not side:
            raise errors.NotTheirs("Somebody else answers this.", field="answers", link_id=link_id)
        found[link_id] = [_value(item, value) for value in values]
        if len(values) > 1 and item.kind is not Kind.MULTI_CHOICE:
            raise errors.AnswerMalformed("This has one answer.", field="answers", link_id=link_id)
        if len(set(values)) < len(values):
            raise errors.AnsweredTwice("An option is chosen twice.", field="answers")
        if not values:
            del found[link_id]
    if sum(len(value.encode()) for values in found.values() for value in values) > SIZE_MAX_BYTES:
        raise errors.AnswersTooLarge("All answers together have at most 256 KiB.", field="answers")
    return found


def enabled(form: Form, answers: Answers) -> list[str]:
    """Return the items that are shown, in their order; an answer to a hidden one counts for nobody."""
    shown: list[str] = []
    counted: dict[str, Sequence[str]] = {}

    def look(items: Sequence[Item]) -> None:
        for item in items:
            tests = [_holds(each, counted) for each in item.conditions]
            if tests and not (any(tests) if item.is_any_enough else all(tests)):
                continue
            shown.append(item.link_id)
            if item.link_id in answers:
                counted[item.link_id] = answers[item.link_id]
            look(item.items)

    look(form.items)
    return shown


def missing(form: Form, answers: Answers, side: FormSide = FormSide.EITHER) -> list[str]:
    """Return required questions that are shown and have no answer; of one side, those that it may answer."""
    shown = set(enabled(form, answers))
    return [
        item.link_id
        for item in form.walk()
        if item.is_required and item.kind not in WORDLESS and item.link_id in shown and not answers.get(item.link_id)
        and (FormSide.EITHER in (side, item.side) or item.side is side)
    ]  # fmt: skip


def visible(form: Form, answers: Answers, side: FormSide) -> dict[str, list[str]]:
    """Return the answers one side may see: its own and those both may give; EITHER sees all."""
    hidden = {
        item.link_id for item in form.walk() if FormSide.EITHER not in (side, item.side) and item.side is not side
    }
    return {link_id: list(values) for link_id, values in answers.items() if link_id not in hidden}


def scored(form: Form, answers: Answers) -> list[Scored]:
    """Return what each score of the form comes to; an item that is not shown makes a score incomplete."""
    items = {item.link_id: item for item in form.walk()}
    shown = set(enabled(form, answers))
    found = []
    for score in form.scores:
        is_complete = all(each in shown and answers.get(each) for each in score.link_ids)
        total = 0
        if is_complete:
            worth = {(each, option.code): option.score for each in score.link_ids for option in items[each].options}
            total = sum(worth[each, value] for each in score.link_ids for value in answers[each])
        reached = [code for least, code in score.bands if total >= least]
        found.append(Scored(score.code, total, is_complete, reached[-1] if is_complete and reached else ""))
    return found


def is_alarming(form: Form, answers: Answers) -> bool:
    """
    Tell whether a question about self-harm has any answer but the least.

    Danger: whether it is shown does not matter, and a "no" is never read as safety.
    """
    for item in form.walk():
        if not item.is_self_harm:
            continue
        harmless = {option.code for option in item.options if option.score <= 0} | {"false"}
        if any(value not in harmless for value in answers.get(item.link_id, ())):
            return True
    return False


def _holds(condition: Condition, answers: Answers) -> bool:
    values = answers.get(condition.link_id, ())
    match condition.operator:
        case Operator.EXISTS:
            return bool(values)
        case Operator.EQUALS:
            return condition.value in values
        case Operator.NOT_EQUALS:
            return bool(values) and condition.value not in values
        case _:
            sign = 1 if condition.operator is Operator.GREATER else -1
            return any(_compared(value, condition.value) * sign > 0 for value in values)


def _compared(one: str, other: str) -> int:
    """Compare as numbers where both are, and as text elsewhere: days compare as text."""
    try:
        return (float(one) > float(other)) - (float(one) < float(other))
    except ValueError:
        return (one > other) - (one < other)


def _value(item: Item, value: str) -> str:
    """Return one answer in its one spelling. Raises AnswerMalformed, AnswerOutOfRange."""

    def malformed() -> errors.AnswerMalformed:
        return errors.AnswerMalformed("This is no answer to the question.", field="answers", link_id=item.link_id)

    if len(value) > item.length_max or not value:
        raise malformed()
    if item.kind in CHOICES:
        if value not in {option.code for option in item.options}:
            raise errors.AnswerOutOfRange("This is none of the options.", field="answers", link_id=item.link_id)
        return value
    match item.kind:
        case Kind.BOOLEAN:
            if value not in ("true", "false"):
                raise malformed()
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(item, value, malformed())
        case Kind.DATE:
            try:
                is_day = date.fromisoformat(value).isoformat() == value
            except ValueError:
                is_day = False
            if not is_day:
                raise malformed()
        case Kind.STRING:
            if "\n" in value or "\r" in value:
                raise malformed()
        case _:
            pass
    return value


def _number(item: Item, value: str, malformed: errors.AnswerMalformed) -> str:
    try:
        number = int(value) if item.kind is Kind.INTEGER else float(value)
    except ValueError:
        raise malformed from None
    if number != number or abs(number) > 1e15:
        raise malformed
    if (item.least is not None and number < item.least) or (item.most is not None and number > item.most):
        raise errors.AnswerOutOfRange("The number is out of range.", field="answers", link_id=item.link_id)
    return str(number)
