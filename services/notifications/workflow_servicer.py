"""The door to what a practice says, when, in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from kept.notifications.v1 import workflow_pb2, workflow_service_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection
from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.notifications.adapters import past, settings, template_rows, timeline, workflow_proto, workflows
from services.notifications.adapters.files import Files
from services.notifications.adapters.proto import DEFAULT_PAGE, LARGEST_PAGE, instant
from services.notifications.adapters.templates import Templates
from services.notifications.adapters.wording import Wording, made_up
from services.notifications.domain import errors
from services.notifications.domain.appointment import Person
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import Kind, Reason
from services.notifications.domain.settings import Settings, check
from services.notifications.domain.template import Text, key_of
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Workflow
from services.notifications.usecases.look_ahead import dry_run, preview

SERVICE = workflow_service_pb2.DESCRIPTOR.services_by_name["WorkflowService"]

A_MONTH = timedelta(days=31)
LONGEST_SPAN = timedelta(days=92)
MOST_PREVIEWED = 8

Request = workflow_service_pb2


class WorkflowServicer:
    """Keeps workflows, templates and settings; shows what they would say."""

    def __init__(
        self,
        *,
        templates: Templates,
        wording: Wording,
        clock: Callable[[], datetime],
        available: frozenset[Channel],
    ) -> None:
        """Take what the methods need; *available* has a way out."""
        self._templates = templates
        self._wording = wording
        self._clock = clock
        self._available = available

    async def PutWorkflow(self, request: Request.PutWorkflowRequest, call: Call) -> workflow_pb2.Workflow:
        """Store the next version of a workflow."""
        session_type_id = workflow_proto.session_type(request.session_type_id)
        steps = workflow_proto.steps(request.steps) if request.steps else None
        at, version = self._clock(), request.seen_version + 1
        async with call.tx() as conn:
            known, _ = await workflows.latest(conn, call.practice_id, session_type_id)
            is_next = known == request.seen_version and await workflows.add(
                conn, call.practice_id, session_type_id, version, steps, actor_id=call.actor.actor_id, at=at
            )
        if not is_next:
            raise errors.VersionMovedOn("Somebody stored another version.", version=str(known))
        return workflow_proto.workflow_resource(session_type_id, version, steps or (), at)

    async def GetWorkflow(self, request: Request.GetWorkflowRequest, call: Call) -> workflow_pb2.Workflow:
        """Return the workflow that counts now."""
        workflow_proto.session_type(request.session_type_id)
        async with call.tx() as conn:
            return workflow_proto.in_force(await _in_force(conn, call.practice_id, request.session_type_id))

    async def ListWorkflowVersions(
        self, request: Request.ListWorkflowVersionsRequest, call: Call
    ) -> Request.ListWorkflowVersionsResponse:
        """List versions, newest first."""
        session_type_id = workflow_proto.session_type(request.session_type_id)
        size = page_size(request.page_size, default=DEFAULT_PAGE, most=LARGEST_PAGE)
        place = read_page_token(session_type_id, request.page_token)
        before = int(str(place[0])) if place else None
        async with call.tx() as conn:
            found = await workflows.versions(conn, call.practice_id, session_type_id, before=before, limit=size + 1)
        return Request.ListWorkflowVersionsResponse(
            workflows=[
                workflow_proto.workflow_resource(session_type_id, version, steps or (), create_time)
                for version, steps, create_time in found[:size]
            ],
            next_page_token=page_token(session_type_id, str(found[size - 1][0])) if len(found) > size else "",
        )

    async def PreviewWorkflow(
        self, request: Request.PreviewWorkflowRequest, call: Call
    ) -> Request.PreviewWorkflowResponse:
        """Show what would be said about a made-up appointment."""
        report, book_time = workflow_proto.made_up_report(request, call.practice_id)
        async with call.tx() as conn:
            workflow = await self._meant(conn, call, request)
            house = await settings.get(conn, call.practice_id)
            texts = await template_rows.newest(conn, [call.practice_id], None)
        person = Person(
            time_zone=report.time_zone,
            guardian_ids=(workflow_proto.MADE_UP,) if request.has_guardian else (),
            earlier_visits=int(request.is_returning),
            earlier_misses=max(request.earlier_misses, 0),
        )
        wishes = preview(
            workflow, report, person, quiet=house.quiet, book_time=book_time, is_confirmed=request.is_confirmed
        )
        return Request.PreviewWorkflowResponse(
            messages=[
                workflow_proto.planned_words(
                    wish.step,
                    due_time=wish.due_time,
                    reason=wish.reason,
                    recipient_id=wish.recipient_id,
                    rendered=[
                        self._shown(
                            _own(texts, call.practice_id, wish.step.template_key, wish.kind, locale, channel),
                            wish.kind,
                            locale=locale,
                            channel=channel,
                            house=house,
                        )
                        for locale in Locale
                        for channel in wish.step.channels[:1]
                    ],
                )
                for wish in wishes
            ]
        )

    async def DryRunWorkflow(
        self, request: Request.DryRunWorkflowRequest, call: Call
    ) -> Request.DryRunWorkflowResponse:
        """Count what would have been said about appointments of the past."""
        to_time = instant(request.to_time) if request.HasField("to_time") else self._clock()
        from_time = instant(request.from_time) if request.HasField("from_time") else to_time - A_MONTH
        if not timedelta() < to_time - from_time <= LONGEST_SPAN:
            raise errors.SpanTooLong("A dry run looks at 1 to 92 days.", field="from_time")
        workflow_proto.session_type(request.session_type_id)
        async with call.tx() as conn:
            found, is_cut = await past.appointments(
                conn, call.practice_id, request.session_type_id, from_time=from_time, to_time=to_time
            )
            fallback = await self._meant(conn, call, request)
            types = sorted({(call.practice_id, each.appointment.session_type_id) for each in found})
            chosen = {} if request.steps else await workflows.effective(conn, types)
            clients = sorted({(call.practice_id, client) for each in found for client in past.clients_of(each)})
            people = await timeline.people(conn, timeline.columns(clients), chosen | {("", ""): fallback})
            files = await Files.of_clients(conn, call.practice_id, clients)
        outlook = dry_run(
            {key[1]: workflow for key, workflow in chosen.items()},
            fallback,
            found,
            {key[1]: person for key, person in people.items()},
            seen=lambda message: (
                files.circumstances(call.practice_id, message, self._available)
                if files.card(call.practice_id, message.client_id)
                else None
            ),
            quiet=files.settings_of(call.practice_id).quiet,
        )
        return Request.DryRunWorkflowResponse(
            appointment_count=len(found),
            lines=workflow_proto.dry_run_lines(outlook),
            is_cut=is_cut,
        )

    async def PutTemplate(self, request: Request.PutTemplateRequest, call: Call) -> workflow_pb2.MessageTemplate:
        """Store the next version of a template."""
        version = request.seen_version + 1
        text, kind = workflow_proto.template(request.template, call.practice_id, version=version)
        async with call.tx() as conn:
            house = await settings.get(conn, call.practice_id)
            if not request.resets:
                self._require_sayable(text, kind, house)
            known = await template_rows.latest_version(conn, text)
            is_next = known == request.seen_version and await template_rows.add(
                conn, text, resets=request.resets, actor_id=call.actor.actor_id, at=self._clock()
            )
        if not is_next:
            raise errors.VersionMovedOn("Somebody stored another version.", version=str(known))
        return workflow_proto.template_resource(text)

    async def ListTemplates(self, request: Request.ListTemplatesRequest, call: Call) -> Request.ListTemplatesResponse:
        """List a template in every locale and channel, or all that the practice wrote."""
        keys = [request.template_key] if request.template_key else None
        query = f"templates|{request.template_key}"
        size = page_size(request.page_size, default=DEFAULT_PAGE, most=LARGEST_PAGE)
        place = read_page_token(query, request.page_token)
        after = int(str(place[0])) if place else 0
        async with call.tx() as conn:
            own = await template_rows.newest(conn, [call.practice_id], keys)
        texts = list(own.values()) if keys is None else self._everywhere(own, call.practice_id, request.template_key)
        last = after + size
        return Request.ListTemplatesResponse(
            templates=[workflow_proto.template_resource(text) for text in texts[after:last]],
            next_page_token=page_token(query, str(last)) if len(texts) > last else "",
        )

    async def PreviewTemplate(
        self, request: Request.PreviewTemplateRequest, call: Call
    ) -> Request.PreviewTemplateResponse:
        """Show templates, stored or not, as they would read."""
        if not 1 <= len(request.templates) <= MOST_PREVIEWED:
            raise errors.TemplateMalformed("1 to 8 templates at a time.", field="templates")
        read = [
            workflow_proto.template(each, call.practice_id, version=0, field=f"templates[{position}]")
            for position, each in enumerate(request.templates)
        ]
        async with call.tx() as conn:
            house = await settings.get(conn, call.practice_id)
            texts = await template_rows.newest(conn, [call.practice_id], None)
        shown = []
        for text, kind in read:
            own: Text | None = text
            if text.body:
                self._require_sayable(text, kind, house)
            else:
                own = _own(texts, call.practice_id, text.template_key, kind, text.locale, text.channel)
            shown.append(self._shown(own, kind, locale=text.locale, channel=text.channel, house=house))
        return Request.PreviewTemplateResponse(rendered=shown)

    async def PutMessageSettings(
        self, request: Request.PutMessageSettingsRequest, call: Call
    ) -> workflow_pb2.MessageSettings:
        """Set how messages look and when they may come."""
        wanted = workflow_proto.settings(request.settings)
        check(wanted)
        async with call.tx() as conn:
            if not await settings.put(conn, call.practice_id, wanted):
                raise errors.VersionMovedOn("Somebody stored other settings.", field="settings.version")
        return workflow_proto.settings_resource(wanted)

    async def GetMessageSettings(
        self, request: Request.GetMessageSettingsRequest, call: Call
    ) -> workflow_pb2.MessageSettings:
        """Return how messages look and when they may come."""
        async with call.tx() as conn:
            return workflow_proto.settings_resource(await settings.get(conn, call.practice_id))

    async def _meant(
        self, conn: Connection, call: Call, request: Request.PreviewWorkflowRequest | Request.DryRunWorkflowRequest
    ) -> Workflow:
        if request.steps:
            return Workflow(workflow_proto.steps(request.steps))
        return await _in_force(conn, call.practice_id, request.session_type_id)

    def _everywhere(self, own: dict[template_rows.Place, Text], practice_id: str, template_key: str) -> list[Text]:
        """Return a template in every locale and channel, the built-in one where the practice wrote none."""
        kind = workflow_proto.kind_named(template_key)
        found = []
        for locale in Locale:
            for channel in (Channel.EMAIL, Channel.SMS):
                subject, body = self._templates.built_in(kind, locale=locale, channel=channel)
                built_in = Text(practice_id, template_key, locale, channel, 0, subject, body)
                found.append(own.get((practice_id, template_key, locale, channel), built_in))
        return found

    def _shown(
        self, own: Text | None, kind: Kind, *, locale: Locale, channel: Channel, house: Settings
    ) -> workflow_pb2.RenderedTemplate:
        at = self._clock()
        variables = self._wording.sample(made_up(kind, at=at), locale=locale, channel=channel, settings=house, at=at)
        words = self._templates.render(kind, locale=locale, variables=variables, channel=channel, own=own)
        return workflow_proto.rendered(words, written=locale, channel=channel)

    def _require_sayable(self, text: Text, kind: Kind, house: Settings) -> None:
        """Refuse words that would be kept back at the moment of sending."""
        at = self._clock()
        variables = self._wording.sample(
            made_up(kind, at=at), locale=text.locale, channel=text.channel, settings=house, at=at
        )
        # Danger: not under the version it may get. What is refused here must not be remembered as that version's words.
        tried = replace(text, version=0)
        words = self._templates.render(kind, locale=text.locale, variables=variables, channel=text.channel, own=tried)
        reason = self._wording.why_not(words, text.channel, house)
        if reason is Reason.FORBIDDEN_WORDS:
            raise errors.ForbiddenWords("The words tell of care.", field="template.body")
        if reason is Reason.TOO_LONG:
            raise errors.WordsTooMany("A text message takes at most three segments.", field="template.body")


async def _in_force(conn: Connection, practice_id: str, session_type_id: str) -> Workflow:
    chosen = await workflows.effective(conn, [(practice_id, session_type_id)])
    return chosen.get((practice_id, session_type_id), DEFAULT_WORKFLOW)


def _own(
    texts: dict[template_rows.Place, Text], practice_id: str, key: str, kind: Kind, locale: Locale, channel: Channel
) -> Text | None:
    written = Channel.SMS if channel is Channel.SMS else Channel.EMAIL
    places = [(practice_id, each, locale, written) for each in (key, key_of(kind))]
    return next((texts[place] for place in places if place in texts), None)
