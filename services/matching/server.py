"""Serves matching: therapist profiles, and who suits whom."""

from __future__ import annotations

from functools import partial

from kept.matching.v1 import (
    batch_service_pb2,
    feedback_service_pb2,
    forms_service_pb2,
    intake_service_pb2,
    matching_pb2,
    matching_service_pb2,
    proposal_service_pb2,
    rules_service_pb2,
    triage_service_pb2,
)

from services.chassis.config import ProcessConfig
from services.chassis.context import Call
from services.chassis.events.inbox import InboxRunner
from services.chassis.keys import rewrap_job
from services.chassis.rpc.callers import check_uuid
from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.chassis.rpc.server import Application, run
from services.matching.adapters import proto
from services.matching.adapters.ids import new_id
from services.matching.batch_servicer import BatchServicer
from services.matching.bootstrap import bootstrap
from services.matching.domain.profiles import TherapistProfile, days_ahead, expiring
from services.matching.feedback_servicer import FeedbackServicer
from services.matching.forms_servicer import FormServicer
from services.matching.intake_servicer import IntakeServicer, ProposalServicer, Surroundings
from services.matching.reactions import reactions
from services.matching.rules_servicer import RulesServicer
from services.matching.triage_servicer import TriageServicer
from services.matching.usecases.get_match import get_match
from services.matching.usecases.get_profile import get_profile
from services.matching.usecases.import_profiles import import_profiles
from services.matching.usecases.match_client import is_staff, match_client
from services.matching.usecases.ports import Clock, Holds, Matches, Profiles, Rules, Slots, Standing
from services.matching.usecases.put_profile import put_profile
from services.matching.usecases.verify_licence import verify_licence

PAGE_DEFAULT, PAGE_MOST = 50, 200
FIRST_ID = "00000000-0000-0000-0000-000000000000"
"""Sorts before every id: the first page begins after it."""


class MatchingServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        profiles: Profiles,
        matches: Matches,
        rules: Rules,
        standing: Standing,
        slots: Slots,
        holds: Holds,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._standing = standing
        self._profiles = profiles
        self._matches = matches
        self._slots = slots
        self._holds = holds
        self._clock = clock

    async def PutTherapistProfile(
        self, request: matching_service_pb2.PutTherapistProfileRequest, call: Call
    ) -> matching_pb2.TherapistProfile:
        profile = _read_row(request.therapist_profile)
        return proto.profile_to(await put_profile(profile, call, profiles=self._profiles))

    async def GetTherapistProfile(
        self, request: matching_service_pb2.GetTherapistProfileRequest, call: Call
    ) -> matching_pb2.TherapistProfile:
        therapist_id = check_uuid(request.therapist_id, "therapist_id")
        return proto.profile_to(await get_profile(therapist_id, call, profiles=self._profiles))

    async def ListTherapistProfiles(
        self, request: matching_service_pb2.ListTherapistProfilesRequest, call: Call
    ) -> matching_service_pb2.ListTherapistProfilesResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        name, therapist_id = read_page_token("profiles", request.page_token) or ("", FIRST_ID)
        page = await self._profiles.page(call, after=(str(name), str(therapist_id)), limit=size + 1)
        token = page_token("profiles", page[size - 1].display_name, page[size - 1].therapist_id) if page[size:] else ""
        return matching_service_pb2.ListTherapistProfilesResponse(
            therapist_profiles=[proto.profile_to(profile) for profile in page[:size]], next_page_token=token
        )

    async def VerifyLicence(
        self, request: matching_service_pb2.VerifyLicenceRequest, call: Call
    ) -> matching_pb2.TherapistProfile:
        therapist_id = check_uuid(request.therapist_id, "therapist_id")
        found = await verify_licence(
            therapist_id, request.region, request.expire_date, call, profiles=self._profiles, clock=self._clock
        )
        return proto.profile_to(found)

    async def ListExpiringLicences(
        self, request: matching_service_pb2.ListExpiringLicencesRequest, call: Call
    ) -> matching_service_pb2.ListExpiringLicencesResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        within_days = days_ahead(request.within_days)
        place = read_page_token(f"licences|{within_days}", request.page_token)
        today = self._clock().date()
        found = expiring(await self._profiles.all(call), on=today, within_days=within_days)
        after = tuple(map(str, place or ()))
        page = [each for each in found if each[:3] > after][: size + 1]
        token = page_token(f"licences|{within_days}", *page[size - 1][:3]) if page[size:] else ""
        return matching_service_pb2.ListExpiringLicencesResponse(
            licences=[proto.expiring_to(each[1], each[3], on=today) for each in page[:size]], next_page_token=token
        )

    async def MatchClient(self, request: matching_service_pb2.MatchClientRequest, call: Call) -> matching_pb2.Match:
        need = proto.need_from(request.need)
        if need.session_type_id:
            check_uuid(need.session_type_id, "need.session_type_id")
        check_uuid(need.client_id, "need.client_id")
        previous_match_id = request.previous_match_id
        found = await match_client(
            need,
            check_uuid(previous_match_id, "previous_match_id") if previous_match_id else "",
            call,
            profiles=self._profiles,
            matches=self._matches,
            rules=self._rules,
            standing=self._standing,
            slots=self._slots,
            holds=self._holds,
            clock=self._clock,
            new_id=new_id,
        )
        return _shown(found, request.locale, call)

    async def GetMatch(self, request: matching_service_pb2.GetMatchRequest, call: Call) -> matching_pb2.Match:
        found = await get_match(check_uuid(request.match_id, "match_id"), call, matches=self._matches)
        return _shown(found, request.locale, call)

    async def ImportTherapistProfiles(
        self, request: matching_service_pb2.ImportTherapistProfilesRequest, call: Call
    ) -> matching_service_pb2.ImportTherapistProfilesResponse:
        rows = [partial(_read_row, each) for each in request.therapist_profiles]
        found, stored = await import_profiles(rows, call, is_dry_run=request.is_dry_run, profiles=self._profiles)
        return matching_service_pb2.ImportTherapistProfilesResponse(
            rows=[proto.imported_to(at, each) for at, each in enumerate(found, start=1)], stored_count=stored
        )


def _shown(match: matching_pb2.Match, locale: str, call: Call) -> matching_pb2.Match:
    worded = proto.in_locale(match, locale)
    return worded if is_staff(call) else proto.hidden_from_clients(worded)


def _read_row(given: matching_pb2.TherapistProfile) -> TherapistProfile:
    therapist_id = check_uuid(given.therapist_id or new_id(), "therapist_profile.therapist_id")
    return proto.profile_from(given, therapist_id=therapist_id)


async def application(config: ProcessConfig) -> Application:
    """Build the process: one servicer, and the reactions."""
    parts = await bootstrap(config)
    servicer = MatchingServicer(
        profiles=parts.profiles,
        matches=parts.matches,
        rules=parts.rules,
        standing=parts.standing,
        slots=parts.slots,
        holds=parts.triage,
        clock=parts.clock,
    )
    rules = RulesServicer(rules=parts.rules, matches=parts.matches, clock=parts.clock)
    triage = TriageServicer(triage=parts.triage, wordings=parts.office.wordings, clock=parts.clock)
    around = Surroundings(
        desk=parts.desk,
        profiles=parts.profiles,
        matches=parts.matches,
        rules=parts.rules,
        standing=parts.standing,
        promises=parts.standing,
        slots=parts.slots,
        triage=parts.triage,
        holds=parts.triage,
        hall=parts.hall,
    )
    feedback = FeedbackServicer(
        courses=parts.courses,
        intakes=parts.desk.intakes,
        proposals=parts.desk.proposals,
        profiles=parts.profiles,
        rules=parts.rules,
        clock=parts.clock,
    )
    return Application(
        service="matching",
        config=config,
        database=parts.database,
        servicers=[
            (matching_service_pb2.DESCRIPTOR.services_by_name["MatchingService"], servicer),
            (rules_service_pb2.DESCRIPTOR.services_by_name["RulesService"], rules),
            (intake_service_pb2.DESCRIPTOR.services_by_name["IntakeService"], IntakeServicer(around)),
            (
                batch_service_pb2.DESCRIPTOR.services_by_name["BatchService"],
                BatchServicer(parts.operations, parts.clock),
            ),
            (proposal_service_pb2.DESCRIPTOR.services_by_name["ProposalService"], ProposalServicer(around)),
            (forms_service_pb2.DESCRIPTOR.services_by_name["FormService"], FormServicer(parts.office)),
            (feedback_service_pb2.DESCRIPTOR.services_by_name["FeedbackService"], feedback),
            (triage_service_pb2.DESCRIPTOR.services_by_name["TriageService"], triage),
        ],
        relations=parts.relations,
        background=[
            InboxRunner(
                parts.database, reactions(parts.profiles, parts.desk, parts.office, parts.courses), service="matching"
            ),
            rewrap_job(parts.database, parts.keyring),
            *parts.jobs,
        ],
        keyring=parts.keyring,
        closers=parts.closers,
    )


if __name__ == "__main__":
    run("matching", application)
