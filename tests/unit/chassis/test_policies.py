"""The decision table of policies/kept.cedar: role, relation and action, with the answer."""

from __future__ import annotations

import importlib
import itertools
from pathlib import Path

import pytest

from services.chassis.access import Decider, MethodRule, UndeclaredMethod, read_rule
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor
from services.chassis.scopes import reach

PRACTICE = "0192f000-0000-7000-8000-000000000001"
CONTRACTS = Path(__file__).parents[3] / "protos" / "kept"
FILES = [
    importlib.import_module(".".join(("kept", *path.relative_to(CONTRACTS).parts)).removesuffix(".proto") + "_pb2")
    for path in sorted(CONTRACTS.rglob("*_service.proto"))
]
"""Every contract with a service in it: a new one is in the table by itself."""
RULES: dict[str, MethodRule] = {
    method.name: read_rule(method)
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
ROLES = ("client", "front_desk", "therapist", "practice_admin", "compliance_officer")
RELATIONS = ("", "self", "proxy", "care_team", "cover", "break_glass", "consent", "author", "proposed")

BOOKS = {"appointment.book", "appointment.read", "appointment.confirm", "appointment.reschedule", "appointment.cancel"}
BOOKS |= {"appointment.undo"}
FOLLOWS = {"follow_up.read", "follow_up.change", "care_team.read"}
THREADS = {"thread.read", "thread.write"}
KEPT_FOR_CLIENTS = {
    "disclosure.read",
    "trail.see",
    "client.update",
    "screening.read",
    "fee.read",
    "authorisation.read",
    "care_team.read",
    "proxy.read",
}
KEPT_FOR_CLIENTS |= THREADS
NUDGES = {"nudge.read", "nudge.write"}
ADDRESSES = {"address.read", "address.write", "consent.read", "consent.write"} | NUDGES
KEPT_FOR_CLIENTS |= ADDRESSES
SAFETY = {"proxy.read", "proxy.change", "fence.read", "fence.change"}
BILLING = {"fee.read", "fee.decide", "authorisation.read"}
DIRECTORY = {"directory.read", "slot.search"}
GLASS = {"break_glass.start", "break_glass.end"}
ABSENCES = {"absence.read", "absence.manage", "absence.answer", "absence.word"}
OWN = BOOKS | {"client.read", "contact.read", "contact.write", "message.read", "match.run", "match.read"}
STANDING = {"series.plan", "series.create", "series.read", "series.change", "series.cancel", "series.pause"}
OWN |= {"series.read", "series.cancel"}
GROUPS = {"group.manage", "group.seat", "group.read", "group.book"}
OWN |= {"group.book"}
ALARMS = {"screening.answer", "crisis.raise"}
OWN |= ALARMS
CRISES = {"page.read", "crisis.read", "crisis.answer"}
WAITS = {"wish.change", "wish.read", "offer.read", "offer.answer"}
OWN |= WAITS
JOINS = {"appointment.join"}
INTAKES = {"intake.open", "intake.read", "proposal.read", "proposal.answer", "proposal.decline"}
OWN |= INTAKES
KEPT_FOR_CLIENTS |= {"fit.answer"}
FORMS = {"form.answer", "form.read", "form.see", "form.sign"}
# role, relation -> actions allowed to a person; what stands nowhere is refused.
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("client", ""): {"feed.keep", "account.link"},
    ("client", "self"): OWN | JOINS | KEPT_FOR_CLIENTS | FORMS,
    ("client", "proxy"): OWN | JOINS | FORMS,
    ("front_desk", ""): OWN
    | {"client.mark", "disclosure.record", "disclosure.read"}
    | ABSENCES
    | STANDING
    | {
        "series.worklist",
        "client.register",
        "client.update",
        "client.search",
        "appointment.attend",
        "care_team.change",
        "schedule.read",
    }
    | FOLLOWS
    | SAFETY
    | BILLING
    | CRISES
    | GROUPS
    | {
        "requirement.record",
        "account.manage",
        "authorisation.change",
        "waitlist.work",
        "waitlist.report",
        "matching.report",
    }
    | {"intake.assign", "proposal.make", "form.assign", "form.answer", "form.see", "form.sign"},
    ("therapist", ""): CRISES
    | {"feed.keep"}
    | {"schedule.configure", "schedule.read", "series.worklist", "group.read", "absence.word"}
    | GLASS,
    ("therapist", "cover"): BOOKS | {"client.read", "appointment.attend", "follow_up.read", "care_team.read"},
    ("therapist", "proposed"): {"proposal.read", "proposal.decline"},
    ("therapist", "care_team"): BOOKS
    | {"form.read", "form.see", "form.assign"}
    | {"group.read", "group.seat", "group.book"}
    | {"disclosure.record", "disclosure.read"}
    | ALARMS
    | {"screening.read"}
    | WAITS
    | JOINS
    | STANDING
    | {"client.read", "appointment.attend", "message.read", "match.read", "schedule.configure", "schedule.read"}
    | FOLLOWS
    | SAFETY
    | BILLING,
    ("practice_admin", ""): ABSENCES
    | {"client.mark"}
    | CRISES
    | GLASS
    | {"waitlist.report", "webhook.manage", "matching.report", "destruction.approve"}
    | {"practice.configure", "schedule.configure", "schedule.read"},
    ("compliance_officer", ""): {"trail.query", "trail.prove", "trail.see", "break_glass.read", "break_glass.review"}
    | {"alarm.read", "alarm.answer", "case.work"}
    | {"retention.read", "retention.change", "retention.request"},
}
ALLOWED["therapist", ""] |= {"thread.list"}
ALLOWED["therapist", "care_team"] |= THREADS | NUDGES
ALLOWED["front_desk", ""] |= ADDRESSES | {"suppression.write"}
MESSAGES = {"message.search", "message.resend", "message.report", "reply.read", "reply.close"}
ALLOWED["front_desk", ""] |= MESSAGES
ALLOWED["practice_admin", ""] |= MESSAGES


@pytest.fixture(scope="module")
def decider() -> Decider:
    """The policies as they are shipped."""
    return Decider.read(ProcessConfig(service="test", instance="test").policies)


def actor(*roles: str, kind: str = "user", via: str = "gateway") -> Actor:
    """Somebody of the practice."""
    return Actor("somebody", kind, PRACTICE, frozenset(roles), via=via)


def expected(role: str, relation: str, rule: MethodRule) -> bool:
    """Look the answer up; a relation adds to what the role has without it, except for officers."""
    allowed = ALLOWED.get((role, ""), set()) | ALLOWED.get((role, relation), set()) | DIRECTORY
    if relation in ("self", "proxy") and role != "compliance_officer":
        allowed = allowed | OWN | JOINS | FORMS | (KEPT_FOR_CLIENTS if relation == "self" else set())
    is_breaker = role in ("therapist", "practice_admin") and relation == "break_glass"
    is_opened = is_breaker and rule.is_read and rule.resource_class in ("schedule", "registry", "contact", "intake")
    return rule.action in allowed or is_opened


@pytest.mark.parametrize(("role", "relation"), list(itertools.product(ROLES, RELATIONS)))
def test_the_policies_say_what_the_table_says(decider: Decider, role: str, relation: str) -> None:
    """Every declared method, for every role and relation."""
    relations = frozenset({relation} - {""})

    for name, rule in RULES.items():
        answer = decider.decide(
            actor(role), rule.action, rule.resource_class, relations, is_same_practice=True, is_read=rule.is_read
        )
        assert expected(role, relation, rule) == answer.allowed, (name, role, relation, answer.policies)


@pytest.mark.parametrize(("role", "relation"), list(itertools.product(ROLES, RELATIONS)))
@pytest.mark.parametrize(
    ("resource_class", "keys", "wall"),
    [
        ("psychotherapy", {"author"}, "psychotherapy-notes-are-their-authors"),
        ("part2", {"consent", "self"}, "part2-needs-consent"),
        ("trail", set(), "the-trail-is-for-officers"),
    ],
)
def test_whatever_the_method_a_walled_class_stays_shut(
    decider: Decider, role: str, relation: str, resource_class: str, keys: set[str], wall: str
) -> None:
    """Every method, as if it opened that class: without the one key the wall says no, in an emergency too."""
    if relation in keys or (resource_class == "trail" and role == "compliance_officer"):
        pytest.skip("this is the key")
    relations = frozenset({relation} - {""})

    for name, rule in RULES.items():
        if (resource_class, relation, rule.action) == ("trail", "self", "trail.see"):
            continue  # who saw one's own data is the one thing of the trail that clients are shown
        answer = decider.decide(
            actor(role), rule.action, resource_class, relations, is_same_practice=True, is_read=rule.is_read
        )
        assert not answer.allowed
        assert wall in answer.policies, (name, role, relation)


@pytest.mark.parametrize("resource_class", ["psychotherapy", "part2", "schedule"])
def test_broken_glass_never_opens_what_walls_shut(decider: Decider, resource_class: str) -> None:
    """Not a therapist's notes, not Part 2 without consent, and nothing of another practice."""
    answers = [
        decider.decide(
            actor(role), "client.read", resource_class, frozenset({"break_glass"}), is_same_practice=own, is_read=True
        )
        for role in ("therapist", "practice_admin")
        for own in ([False] if resource_class == "schedule" else [True, False])
    ]

    assert not any(answer.allowed for answer in answers)


@pytest.mark.parametrize(
    ("granted", "relation", "wanted"),
    [
        (None, "self", True),
        ({"patient/Appointment.rs"}, "self", True),
        ({"patient/Appointment.rs"}, "", False),
        ({"patient/Appointment.cud"}, "self", False),
        ({"user/Appointment.r"}, "self", True),
        ({"openid"}, "self", False),
        (set(), "self", False),
    ],
)
def test_scopes_bound_what_an_app_may_ask(
    decider: Decider, granted: set[str] | None, relation: str, wanted: bool
) -> None:
    """Whatever the person behind it may do."""
    scope = reach(None if granted is None else frozenset(granted), "appointment.read", "R")

    answer = decider.decide(
        actor("client", "front_desk"),
        "appointment.read",
        "schedule",
        frozenset({relation} - {""}),
        is_same_practice=True,
        scope=scope,
    )

    assert answer.allowed is wanted


@pytest.mark.parametrize("role", ROLES)
def test_no_one_crosses_practices(decider: Decider, role: str) -> None:
    """Whatever the role and the relation, another practice is closed, and the policy says why."""
    for rule in RULES.values():
        answer = decider.decide(
            actor(role), rule.action, rule.resource_class, frozenset({"self", "care_team"}), is_same_practice=False
        )
        assert not answer.allowed
        assert "no-one-crosses-practices" in answer.policies


def test_an_officer_reads_the_trail_and_not_the_chart(decider: Decider) -> None:
    """Even one who is a client or a therapist too."""
    both = actor("compliance_officer", "front_desk", "therapist")

    trail = decider.decide(both, "trail.query", "trail", frozenset(), is_same_practice=True)
    chart = decider.decide(both, "client.read", "registry", frozenset({"care_team"}), is_same_practice=True)

    assert (trail.allowed, chart.allowed) == (True, False)


def test_only_booking_claims_time(decider: Decider) -> None:
    """The ledger is behind booking, whoever the person is."""
    for via in ("gateway", "matching", "notifications", ""):
        assert not decider.decide(
            actor("front_desk", via=via), "claim.hold", "schedule", frozenset(), is_same_practice=True
        ).allowed
    assert decider.decide(
        actor("client", via="booking"), "claim.hold", "schedule", frozenset(), is_same_practice=True
    ).allowed


def test_only_matching_asks_who_stands_where(decider: Decider) -> None:
    """Proxies and fences are told to matching, whoever the person is, and to nobody's front end."""
    for action, via in itertools.product(("proxy.check", "fence.check"), ("gateway", "notifications", "", "matching")):
        answer = decider.decide(actor("client", via=via), action, "registry", frozenset(), is_same_practice=True)
        assert answer.allowed is (via == "matching")


def test_only_the_gateway_itself_hands_over_what_it_saw(decider: Decider) -> None:
    """Neither another service nor a person behind the gateway writes into the trail."""
    by = [
        (actor("system", kind="service", via="gateway"), True),
        (actor("system", kind="service", via="booking"), False),
        *((actor(role), False) for role in ROLES),
    ]
    for who, wanted in by:
        answer = decider.decide(who, "trail.capture", "operations", frozenset(), is_same_practice=True)
        assert answer.allowed is wanted, who


def test_a_link_does_what_it_was_made_for(decider: Decider) -> None:
    """Its holder opens and uses it, and reads nothing else."""
    holder = actor("link", kind="link")
    own = frozenset({"self"})

    answers = {
        rule.action: decider.decide(holder, rule.action, rule.resource_class, own, is_same_practice=True).allowed
        for rule in RULES.values()
    }

    opened = {"link.open", "link.use", "feed.open"}
    assert {action for action, allowed in answers.items() if allowed} == opened | {"provider.report", "provider.reply"}


def test_a_decision_is_remembered_by_all_it_depends_on(decider: Decider) -> None:
    """The same question again is the same object; another relation is another question."""
    client = actor("client")

    first = decider.decide(client, "appointment.read", "schedule", frozenset({"self"}), is_same_practice=True)
    again = decider.decide(client, "appointment.read", "schedule", frozenset({"self"}), is_same_practice=True)
    other = decider.decide(client, "appointment.read", "schedule", frozenset(), is_same_practice=True)

    assert first is again
    assert not other.allowed


def test_every_method_declares_its_meaning() -> None:
    """Mutations carry a request id, or are idempotent by an id of their own."""
    assert len(RULES) == sum(
        len(service.methods) for file in FILES for service in file.DESCRIPTOR.services_by_name.values()
    )
    assert {name for name, rule in RULES.items() if rule.effect in "CUD" and not rule.is_mutating} == {
        "Hold",
        "HoldMany",
        "TakeSeats",
    }


def test_a_method_without_a_rule_stops_the_start() -> None:
    """The health service carries none."""
    from grpc_health.v1 import health_pb2

    with pytest.raises(UndeclaredMethod):
        read_rule(health_pb2.DESCRIPTOR.services_by_name["Health"].methods_by_name["Check"])
