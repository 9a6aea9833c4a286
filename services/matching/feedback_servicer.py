"""Serves the door to what came of matches, and to what would have come of others."""

from __future__ import annotations

from datetime import timedelta

from kept.matching.v1 import feedback_service_pb2

from services.chassis.context import Call
from services.chassis.errors import InvalidRequest
from services.chassis.rpc.callers import check_uuid
from services.matching.adapters.intake_proto import spread_to
from services.matching.domain import errors
from services.matching.domain.courses import course_groups
from services.matching.domain.rules import KEPT_WEIGHTS
from services.matching.domain.simulation import Outcome
from services.matching.rules_servicer import interval
from services.matching.usecases.feedback_ports import Courses
from services.matching.usecases.intake_ports import Intakes, Proposals
from services.matching.usecases.ports import Clock, Profiles, Rules
from services.matching.usecases.run_batch import POINT
from services.matching.usecases.simulate_intakes import Trial, simulate_intakes

RATING_MAX, EVERY_DAYS, EVERY_DAYS_MAX = 5, 7, 90
RATIO_MIN, RATIO_MAX = 0.1, 10.0


class FeedbackServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        courses: Courses,
        intakes: Intakes,
        proposals: Proposals,
        profiles: Profiles,
        rules: Rules,
        clock: Clock,
    ) -> None:
        self._courses = courses
        self._intakes = intakes
        self._proposals = proposals
        self._profiles = profiles
        self._rules = rules
        self._clock = clock

    async def AnswerFit(
        self, request: feedback_service_pb2.AnswerFitRequest, call: Call
    ) -> feedback_service_pb2.AnswerFitResponse:
        client_id = check_uuid(request.client_id, "client_id")
        therapist_id = check_uuid(request.therapist_id, "therapist_id")
        if not 1 <= request.rating <= RATING_MAX:
            raise InvalidRequest("A rating is from 1 to 5.", field="rating")
        if not await self._courses.rate(call, client_id, therapist_id, request.rating):
            raise errors.TooEarly("How well it fits is asked after the third session.")
        return feedback_service_pb2.AnswerFitResponse()

    async def GetFeedbackReport(
        self, request: feedback_service_pb2.GetFeedbackReportRequest, call: Call
    ) -> feedback_service_pb2.GetFeedbackReportResponse:
        from_time, to_time = interval(request.from_time, request.to_time)
        courses = await self._courses.courses(call, from_time=from_time, to_time=to_time)
        return feedback_service_pb2.GetFeedbackReportResponse(
            groups=[
                feedback_service_pb2.CourseGroup(
                    group=each.group,
                    course_count=each.courses,
                    rated_count=each.rated,
                    mean_rating=each.mean_rating,
                    dropout_count=each.dropped,
                    change_count=each.changed,
                )
                for each in course_groups(courses, at=self._clock())
            ]
        )

    async def SimulateIntakes(
        self, request: feedback_service_pb2.SimulateIntakesRequest, call: Call
    ) -> feedback_service_pb2.SimulateIntakesResponse:
        from_time, to_time = interval(request.from_time, request.to_time)
        trial = _trial_of(request)
        count, as_is, what_if = await simulate_intakes(
            trial,
            call,
            from_time=from_time,
            to_time=min(to_time, self._clock()),
            intakes=self._intakes,
            proposals=self._proposals,
            profiles=self._profiles,
            rules=self._rules,
        )
        return feedback_service_pb2.SimulateIntakesResponse(
            as_is=_run_to(as_is), what_if=_run_to(what_if), intake_count=count
        )


def _trial_of(request: feedback_service_pb2.SimulateIntakesRequest) -> Trial:
    """Read what is tried. Raises InvalidRequest."""
    ratio, days = request.capacity_ratio or 1.0, request.every_days or EVERY_DAYS
    if not RATIO_MIN <= ratio <= RATIO_MAX:
        raise InvalidRequest("The share of capacity lies from 0.1 to 10.", field="capacity_ratio")
    if not 1 <= days <= EVERY_DAYS_MAX:
        raise InvalidRequest("Batches lie 1 to 90 days apart.", field="every_days")
    weights = {name: getattr(request.weights, name) for name in KEPT_WEIGHTS} if request.HasField("weights") else None
    return Trial(weights, request.load_weight, ratio, timedelta(days=days))


def _run_to(outcome: Outcome) -> feedback_service_pb2.SimulatedRun:
    return feedback_service_pb2.SimulatedRun(
        placed_count=outcome.placed,
        waiting_count=outcome.waiting,
        mean_wait_days=outcome.mean_wait,
        urgent_wait_days=outcome.urgent_wait,
        mean_fit_ratio=outcome.mean_points / POINT,
        spread=spread_to(outcome.spread),
    )
