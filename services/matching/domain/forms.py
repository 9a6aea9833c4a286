"""Holds form definitions: sections, branching, scores; and what makes no sense in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.instruments import INSTRUMENTS, instrument_of
from services.matching.domain.limits import check_list, check_text
from services.matching.domain.wordings import Wording, held

ITEMS_MAX, DEPTH_MAX, OPTIONS_MAX, CONDITIONS_MAX, SCORES_MAX = 300, 4, 100, 10, 20
TEXT_MAX, LENGTH_MAX, LENGTH = 2_000, 4_000, 1_000
"""Characters of a wording at most, of an answer at most, and of an answer when the form does not say."""

_LINK = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

INSTRUMENT_IDS = frozenset(item.link_id for instrument in INSTRUMENTS.values() for item in instrument.items)
"""Ids that only an instrument's own questions have: their answers are scored."""


class Kind(IntEnum):
    """What an item is; numbers are the contract's."""

    GROUP = 1
    DISPLAY = 2
    BOOLEAN = 3
    INTEGER = 4
    DECIMAL = 5
    DATE = 6
    STRING = 7
    TEXT = 8
    CHOICE = 9
    MULTI_CHOICE = 10
    INSTRUMENT = 11


CHOICES = frozenset({Kind.CHOICE, Kind.MULTI_CHOICE})
WORDLESS = frozenset({Kind.GROUP, Kind.DISPLAY, Kind.INSTRUMENT})
"""Kinds that nobody answers themselves."""


class FormSide(IntEnum):
    """Who answers; numbers are the contract's."""

    EITHER = 0
    CLIENT = 1
    GUARDIAN = 2


class Operator(IntEnum):
    """How a condition compares; numbers are the contract's."""

    EXISTS = 1
    EQUALS = 2
    NOT_EQUALS = 3
    GREATER = 4
    LESS = 5


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice."""

    code: str
    text: str
    score: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item is shown."""

    link_id: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A section, a text or a question."""

    link_id: str
    kind: Kind
    text: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    conditions: tuple[Condition, ...] = ()
    is_any_enough: bool = False
    items: tuple[Item, ...] = ()
    length_max: int = LENGTH
    least: float | None = None
    most: float | None = None
    side: FormSide = FormSide.EITHER
    prefill_key: str = ""
    is_self_harm: bool = False
    instrument: str = ""
    wording: Wording | None = None
    """The practice's own wording of the instrument, as it was when the form was stored."""


@dataclass(frozen=True, slots=True)
class Score:
    """A sum over answered options; bands are (least sum, code), rising."""

    code: str
    link_ids: tuple[str, ...]
    bands: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form."""

    form_id: str
    title: str
    items: tuple[Item, ...]
    scores: tuple[Score, ...] = ()
    locale: str = "en"
    is_due_first: bool = False
    is_retired: bool = False
    source: str = ""
    permission: str = ""
    version: int = 0

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the form."""
        return f"v{self.version}"

    def followed_by(self, form: Form, *, etag: str) -> Form:
        """Return the next version. Raises StaleVersion."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The form has changed since you looked.", form_id=self.form_id, etag=self.etag)
        return replace(form, form_id=self.form_id, version=self.version + 1)

    def walk(self) -> Iterator[Item]:
        """Give every item in the order in which it stands, sections before what is in them."""
        return _walk(self.items)

    def expanded(self) -> Form:
        """
        Return the form with its instruments written out: their items, options, preamble and permission.

        Raises:
            WordingMissing: Kept may not hold an instrument's text, and the practice brought none. (FAILED_PRECONDITION)
        """
        return replace(self, items=tuple(_expanded(item) for item in self.items))

    def worded(self, wordings: Mapping[str, Wording]) -> Form:
        """Return the form with the practice's own wordings, by instrument, and none that somebody else put in."""
        return replace(self, items=tuple(_worded(item, wordings) for item in self.items))

    def checked(self) -> Form:
        """
        Return the form if it makes sense.

        Raises:
            TooMany: A text, a list, or the whole is too long, or too deep. (INVALID_ARGUMENT)
            FormMalformed: An item makes no sense; `link_id` says which. (INVALID_ARGUMENT)
            PermissionMissing: It has scores, and nobody says by what permission its text is shown. (INVALID_ARGUMENT)
            UnknownInstrument: It names an instrument that is none. (NOT_FOUND)
            WordingMissing: It names one whose text is not here. (FAILED_PRECONDITION)
        """
        check_text("title", self.title)
        if self.scores and not self.permission.strip():
            raise errors.PermissionMissing("Say by what permission the text of a scored form is shown.")
        if max(len(self.permission), len(self.source)) > TEXT_MAX:
            raise errors.TooMany("Source and permission have at most 2,000 characters.", field="permission")
        if _depth(self.items) > DEPTH_MAX:
            raise errors.TooMany("Sections stand 4 deep at most.", field="items")
        if any(item.link_id in INSTRUMENT_IDS for item in self.walk()):
            raise errors.FormMalformed("This id is an instrument's own.", field="items")
        whole = self.expanded()
        seen: dict[str, Item] = {}
        for item in whole.walk():
            _check(item, seen)
            seen[item.link_id] = item
        if not 0 < len(seen) <= ITEMS_MAX:
            raise errors.TooMany("A form has 1 to 300 items.", field="items", limit=str(ITEMS_MAX))
        check_list("scores", tuple(each.code for each in self.scores), SCORES_MAX)
        for score in self.scores:
            if not score.link_ids or any(seen.get(each, _NONE).kind not in CHOICES for each in score.link_ids):
                raise errors.FormMalformed("A score sums choices of the form.", field="scores", link_id=score.code)
            if list(score.bands) != sorted(score.bands):
                raise errors.FormMalformed("The bands of a score rise.", field="scores", link_id=score.code)
        return self


_NONE = Item("", Kind.DISPLAY)


def _walk(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)


def _depth(items: Sequence[Item]) -> int:
    return 1 + max((_depth(item.items) for item in items), default=0) if items else 0


def _expanded(item: Item) -> Item:
    """Write an instrument out as a section of choices; its answers are the places of the options."""
    if item.kind is not Kind.INSTRUMENT:
        return replace(item, items=tuple(_expanded(each) for each in item.items)) if item.items else item
    instrument = instrument_of(item.instrument)
    wording = item.wording or held(instrument)
    if wording is None:
        raise errors.WordingMissing("Bring the wording of this instrument first.", instrument=instrument.code)
    questions = tuple(
        Item(
            each.link_id, Kind.CHOICE, worded.text, is_required=item.is_required, side=item.side,
            options=tuple(Option(str(at), text, at) for at, text in enumerate(worded.options)),
            conditions=(Condition(each.needs, Operator.NOT_EQUALS, "0"),) if each.needs else (),
            is_self_harm=each.is_self_harm,
        )
        for each, worded in zip(instrument.items, wording.items, strict=True)
    )  # fmt: skip
    permission = Item(f"{item.link_id}.permission", Kind.DISPLAY, wording.permission)
    return replace(
        item, kind=Kind.GROUP, text=item.text or wording.preamble, items=(*questions, permission), wording=None
    )


def _worded(item: Item, wordings: Mapping[str, Wording]) -> Item:
    items = tuple(_worded(each, wordings) for each in item.items)
    return replace(item, items=items, wording=wordings.get(item.instrument) if item.kind is Kind.INSTRUMENT else None)


def _check(item: Item, before: Mapping[str, Item]) -> None:
    def refuse(message: str) -> errors.FormMalformed:
        return errors.FormMalformed(message, field="items", link_id=item.link_id[:64])

    if not _LINK.fullmatch(item.link_id) or item.link_id in before:
        raise refuse("A link id is well formed and stands once.")
    if len(item.text) > TEXT_MAX:
        raise errors.TooMany("A wording has at most 2,000 characters.", field="items", link_id=item.link_id)
    if (item.kind in CHOICES) != bool(item.options):
        raise refuse("A choice has options, and nothing else has.")
    codes = [option.code for option in item.options]
    check_list("options", tuple(codes), OPTIONS_MAX)
    if len(set(codes)) < len(codes):
        raise refuse("An option stands once.")
    if bool(item.items) != (item.kind is Kind.GROUP):
        raise refuse("A section has items, and nothing else has.")
    if item.is_required and item.kind in WORDLESS - {Kind.GROUP}:
        raise refuse("Only questions are required.")
    if not 0 < item.length_max <= LENGTH_MAX:
        raise refuse("An answer has 1 to 4,000 characters.")
    if item.least is not None and item.most is not None and item.least > item.most:
        raise refuse("The least number is no greater than the greatest.")
    if item.is_self_harm and item.kind not in {*CHOICES, Kind.BOOLEAN}:
        raise refuse("A question about self-harm is a choice, or yes and no.")
    if len(item.conditions) > CONDITIONS_MAX:
        raise refuse("An item has at most 10 conditions.")
    if any(each.link_id not in before or before[each.link_id].kind in WORDLESS for each in item.conditions):
        raise refuse("A condition looks at a question further up.")
    if len(item.prefill_key) > 64:
        raise refuse("A prefill key has at most 64 characters.")
