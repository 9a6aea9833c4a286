"""Compares two runs for one client: who moved, who came in, who fell out, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one therapist; place 0 means that they do not suit, or stand below the list."""

    therapist_id: str
    previous_place: int
    place: int
    previous_code: str
    code: str


def compare(
    before: Sequence[str], left_out_before: Mapping[str, str], after: Sequence[str], left_out: Mapping[str, str]
) -> list[Change]:
    """
    Return whoever's place or rule changed, by the new place, then by the old one.

    Args:
        before: Therapists proposed then, best first.
        left_out_before: The rule that left out each other one then.
        after, left_out: The same now.
    """
    old, new = ({who: at for at, who in enumerate(each, start=1)} for each in (before, after))
    people = {*old, *new, *left_out_before, *left_out}
    every = [
        Change(who, old.get(who, 0), new.get(who, 0), left_out_before.get(who, ""), left_out.get(who, ""))
        for who in sorted(people)
    ]
    moved = [each for each in every if (each.previous_place, each.previous_code) != (each.place, each.code)]
    last = len(every) + 1
    return sorted(moved, key=lambda each: (each.place or last, each.previous_place or last, each.therapist_id))
