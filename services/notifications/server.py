"""The process that thinks: contact points, messages, links, reactions and the sender."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import uuid_utils
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.chassis.config import ProcessConfig
from services.chassis.context import Call
from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Application, run
from services.notifications import (
    contact_servicer,
    inbox_servicer,
    on_call_servicer,
    providers_servicer,
    threads_servicer,
    webhook_servicer,
    workflow_servicer,
)
from services.notifications.adapters import consents, log, metrics, postgres, proto
from services.notifications.adapters.address_codes import AddressCodes
from services.notifications.adapters.availability import NeighbourLedger
from services.notifications.adapters.booking import Neighbour, NeighbourBooking
from services.notifications.adapters.contacts import Contacts
from services.notifications.bootstrap import bootstrap
from services.notifications.contact_servicer import ContactServicer
from services.notifications.domain import errors
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.channel import About, Channel
from services.notifications.domain.consent import PURPOSE_OF, Consent, Purpose, Source
from services.notifications.domain.link import ActionLink, token_hash
from services.notifications.inbox_servicer import InboxServicer
from services.notifications.on_call_servicer import OnCallServicer
from services.notifications.providers_servicer import ProvidersServicer
from services.notifications.threads_servicer import ThreadsServicer
from services.notifications.usecases.use_action_link import list_link_times, use_action_link
from services.notifications.webhook_servicer import WebhookServicer
from services.notifications.workflow_servicer import WorkflowServicer

SERVICE = notifications_service_pb2.DESCRIPTOR.services_by_name["NotificationsService"]


class NotificationsServicer:
    """The door to what is said to clients."""

    def __init__(
        self,
        *,
        database: Database,
        contacts: Contacts,
        codes: AddressCodes,
        booking: Neighbour,
        availability: Neighbour,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what the methods need."""
        self._database = database
        self._contacts = contacts
        self._codes = codes
        self._booking = booking
        self._availability = availability
        self._clock = clock

    async def PutContactPoint(
        self, request: notifications_service_pb2.PutContactPointRequest, call: Call
    ) -> notifications_pb2.ContactPoint:
        """Create or replace a client's contact point."""
        contact_point = proto.contact_point(request.contact_point)
        async with call.tx() as conn:
            former = await self._contacts.put(
                conn,
                call.practice_id,
                contact_point,
                at=self._clock(),
                actor_id=call.actor.actor_id,
                source=proto.consent_source(call.actor, contact_point.client_id),
            )
            if former is not None:
                await self._codes.tell_of_change(conn, call.practice_id, former, at=self._clock())
        return proto.contact_resource(contact_point)

    async def GetContactPoint(
        self, request: notifications_service_pb2.GetContactPointRequest, call: Call
    ) -> notifications_pb2.ContactPoint:
        """Return a client's contact point."""
        client_id = proto.uuid(request.client_id, field="client_id")
        async with call.tx() as conn:
            return proto.contact_resource(await self._contacts.get(conn, call.practice_id, client_id))

    async def ListMessages(
        self, request: notifications_service_pb2.ListMessagesRequest, call: Call
    ) -> notifications_service_pb2.ListMessagesResponse:
        """List a client's messages, newest first."""
        client_id = proto.uuid(request.client_id, field="client_id")
        size, before = proto.page(request)
        async with call.tx() as conn:
            found = await postgres.list_messages(conn, call.practice_id, client_id, before=before, limit=size + 1)
        return notifications_service_pb2.ListMessagesResponse(
            messages=[proto.message_resource(message) for message in found[:size]],
            next_page_token=proto.next_page_token(request.client_id, found, size),
        )

    async def GetActionLink(
        self, request: notifications_service_pb2.GetActionLinkRequest, call: Call
    ) -> notifications_pb2.ActionLink:
        """Show what a link would do; however often it is opened, nothing changes."""
        link, appointment = await self._opened(request.token, call)
        return proto.link_resource(link, appointment, at=self._clock())

    async def GetLinkTimes(
        self, request: notifications_service_pb2.GetLinkTimesRequest, call: Call
    ) -> notifications_service_pb2.LinkTimes:
        """List what a link's appointment could move to."""
        link, appointment = await self._opened(request.token, call)
        booking, ledger = NeighbourBooking(self._booking, call), NeighbourLedger(self._availability, call)
        times = await list_link_times(link, appointment, booking=booking, ledger=ledger, at=self._clock())
        return proto.link_times(times, time_zone=link.time_zone)

    async def UseActionLink(
        self, request: notifications_service_pb2.UseActionLinkRequest, call: Call
    ) -> notifications_pb2.ActionLink:
        """Do one of the things a link is for, once."""
        action = proto.link_action(request.action)
        link, appointment = await self._opened(request.token, call)
        used = await use_action_link(
            link,
            appointment,
            booking=NeighbourBooking(self._booking, call),
            ledger=NeighbourLedger(self._availability, call),
            at=self._clock(),
            action=action,
            start_time=proto.instant(request.start_time) if request.HasField("start_time") else None,
        )
        async with call.tx() as conn:
            waited_s = await postgres.mark_used(conn, call.practice_id, used)
        if waited_s is not None and used.use_action is not None:
            metrics.ANSWERS.labels(used.use_action.value).observe(waited_s)
        return proto.link_resource(used, appointment, at=self._clock())

    async def Unsubscribe(
        self, request: notifications_service_pb2.UnsubscribeRequest, call: Call
    ) -> notifications_service_pb2.UnsubscribeResponse:
        """Send no more mails of the kind a link came with."""
        link, _, about = await self._found(request.token, call)
        async with call.tx() as conn:
            message = await log.get(conn, call.practice_id, link.message_id)
            entry = Consent(
                consent_id=str(uuid_utils.uuid7()),
                client_id=link.client_id,
                is_granted=False,
                source=Source.UNSUBSCRIBE,
                create_time=self._clock(),
                purpose=PURPOSE_OF.get(about, Purpose.ANY),
                channel=Channel.EMAIL,
                recipient_id=message.recipient_id,
                evidence=link.message_id,
                actor_id=call.actor.actor_id,
            )
            await consents.record(conn, call.practice_id, [entry])
        return notifications_service_pb2.UnsubscribeResponse(locale=link.locale.value)

    async def _opened(self, token: str, call: Call) -> tuple[ActionLink, Appointment | None]:
        """Find a link, and what it is about."""
        link, appointment, _ = await self._found(token, call)
        return link, appointment

    async def _found(self, token: str, call: Call) -> tuple[ActionLink, Appointment | None, About]:
        """
        Find a link by its secret and let its holder into its practice, for its client alone.

        The transactions end here: none may stay open while booking is asked.
        """
        async with self._database.begin([]) as conn:
            owner = await postgres.find_link_owner(conn, token_hash(proto.token(token)))
        if owner is None:
            raise errors.LinkUnknown("No link has this secret.")
        practice_id, client_id, message_id = owner
        call.enter_practice(practice_id, client_id)
        await call.authorize(client_ids=[client_id], resource_id=message_id)
        async with self._database.begin([practice_id]) as conn:
            return await postgres.read_link(conn, practice_id, message_id)


async def compose(config: ProcessConfig) -> Application:
    """Put the servicer in front of the parts."""
    parts = await bootstrap(config)
    servicer = NotificationsServicer(
        database=parts.database,
        contacts=parts.contacts,
        codes=parts.codes,
        booking=parts.booking,
        availability=parts.availability,
        clock=parts.clock,
    )
    addresses = ContactServicer(database=parts.database, contacts=parts.contacts, codes=parts.codes, clock=parts.clock)
    workflows = WorkflowServicer(
        templates=parts.templates, wording=parts.wording, clock=parts.clock, available=parts.available
    )
    return Application(
        service="notifications",
        config=config,
        database=parts.database,
        relations=parts.relations,
        servicers=[
            (SERVICE, servicer),
            (on_call_servicer.SERVICE, OnCallServicer(on_call=parts.on_call)),
            (
                threads_servicer.SERVICE,
                ThreadsServicer(cipher=ClientCipher(parts.keyring), scanner=parts.scanner, clock=parts.clock),
            ),
            (contact_servicer.SERVICE, addresses),
            (inbox_servicer.SERVICE, InboxServicer(cipher=ClientCipher(parts.keyring), clock=parts.clock)),
            (
                providers_servicer.SERVICE,
                ProvidersServicer(
                    database=parts.database,
                    accounts=parts.sms_accounts,
                    public_url=config.public_url,
                    contacts=parts.contacts,
                    keyring=parts.keyring,
                    booking=parts.booking,
                    availability=parts.availability,
                    clock=parts.clock,
                ),
            ),
            (workflow_servicer.SERVICE, workflows),
            (
                webhook_servicer.SERVICE,
                WebhookServicer(store=parts.webhooks, has_trusted=parts.has_trusted, clock=parts.clock),
            ),
        ],
        background=parts.background,
        keyring=parts.keyring,
        closers=parts.closers,
    )


if __name__ == "__main__":
    run("notifications", compose)
