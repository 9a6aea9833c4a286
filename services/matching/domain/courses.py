"""Says what came of matches: fit, dropout, changes of therapist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ASKED_AFTER = 3
"""
Sessions after which a client is asked how well it fits.

Source: project requirement "fit after session 3".
"""

DROPPED_BEFORE, DROPPED_AFTER = 4, timedelta(days=60)
"""A course has been dropped when there were fewer sessions, and none, past or to come, since so long."""

GROUP_MIN = 5
"""Courses of a group that is told at least: a smaller one is somebody."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a client and a therapist had together."""

    client_id: str
    therapist_id: str
    weights_version: str
    """The rules that proposed them; empty when nobody did."""
    session_count: int
    first_time: datetime
    last_time: datetime
    """The last session, or appointment still to come."""
    rating: int = 0
    """From 1 to 5; 0 when the client has not said."""

    def is_dropped(self, at: datetime) -> bool:
        """Tell whether it ended before it began."""
        return self.session_count < DROPPED_BEFORE and at - self.last_time > DROPPED_AFTER


@dataclass(frozen=True, slots=True)
class CourseGroup:
    """What came of a group of courses."""

    group: str
    courses: int
    rated: int
    mean_rating: float
    dropped: int
    changed: int


def course_groups(courses: Sequence[Course], *, at: datetime) -> list[CourseGroup]:
    """Return groups of at least 5 courses by name: by the rules that proposed, and by therapist."""
    last_begun: dict[str, datetime] = {}
    for course in courses:
        known = last_begun.get(course.client_id, course.first_time)
        last_begun[course.client_id] = max(known, course.first_time)
    groups: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        groups[f"weights:{course.weights_version or 'none'}"].append(course)
        groups[f"therapist:{course.therapist_id}"].append(course)
    return [_group(name, those, last_begun, at) for name, those in sorted(groups.items()) if len(those) >= GROUP_MIN]


def _group(name: str, those: Sequence[Course], last_begun: dict[str, datetime], at: datetime) -> CourseGroup:
    ratings = [course.rating for course in those if course.rating]
    return CourseGroup(
        name,
        len(those),
        len(ratings),
        sum(ratings) / len(ratings) if ratings else 0.0,
        sum(course.is_dropped(at) for course in those),
        sum(last_begun[course.client_id] > course.first_time for course in those),
    )
