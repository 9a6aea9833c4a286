"""Decides who may do what: the policies in policies/kept.cedar, asked in process."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cedarpy
from google.protobuf.descriptor import MethodDescriptor
from kept.access.v1 import access_pb2

from services.chassis import scopes
from services.chassis.context import Actor, Call

REMEMBERED = 16_384
"""Decisions kept per process; each depends on nothing but its key."""

BREAK_GLASS = "break_glass"

_EFFECTS = {
    access_pb2.EFFECT_CREATE: "C",
    access_pb2.EFFECT_READ: "R",
    access_pb2.EFFECT_UPDATE: "U",
    access_pb2.EFFECT_DELETE: "D",
    access_pb2.EFFECT_EXECUTE: "E",
}


class UndeclaredMethod(Exception):
    """A method does not say what it means to access and audit; the process does not start."""


@dataclass(frozen=True, slots=True)
class MethodRule:
    """The declared meaning of a method, ready for use."""

    action: str
    resource_class: str
    """Lower case, for example "schedule"."""
    subject: str
    effect: str
    """C, R, U, D or E (FHIR AuditEvent.action)."""
    callers: frozenset[str]
    """Of "actor", "service", "link"."""
    services: frozenset[str]
    is_mutating: bool
    is_impersonal: bool

    @property
    def is_read(self) -> bool:
        """Return whether it only reads or searches."""
        return self.effect in "RE" and not self.is_mutating


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, and by which policies."""

    allowed: bool
    policies: tuple[str, ...] = ()


class RelationsPort(Protocol):
    """Knows how an actor and a client are related."""

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """
        Return which relations hold: "self", "proxy", "care_team", "cover", "break_glass", "author", "consent".

        A relation may name the row it rests on, for the record: "break_glass:<id>".
        """


class SelfOnly:
    """Knows only a person's own client id, from their token."""

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return "self" or nothing."""
        return frozenset({"self"}) if client_id and actor.client_id == client_id else frozenset()


def read_rule(method: MethodDescriptor) -> MethodRule:
    """
    Read the `(kept.access.v1.rule)` of a method.

    Raises:
        UndeclaredMethod: There is none, or a part of it is missing or contradicts another.
    """
    options = method.GetOptions()
    if not options.HasExtension(access_pb2.rule):
        raise UndeclaredMethod(f"{method.full_name} carries no (kept.access.v1.rule)")
    rule = options.Extensions[access_pb2.rule]
    is_whole = rule.action and rule.resource_class and rule.effect in _EFFECTS and rule.callers
    if not is_whole or bool(rule.subject) == rule.impersonal:
        raise UndeclaredMethod(
            f"{method.full_name} must name action, class, effect, callers, and a subject or impersonal"
        )
    if rule.mutates and "request_id" not in method.input_type.fields_by_name:
        raise UndeclaredMethod(f"{method.full_name} mutates without a request_id")
    return MethodRule(
        action=rule.action,
        resource_class=access_pb2.ResourceClass.Name(rule.resource_class).removeprefix("RESOURCE_CLASS_").lower(),
        subject=rule.subject,
        effect=_EFFECTS[rule.effect],
        callers=frozenset(access_pb2.Caller.Name(each).removeprefix("CALLER_").lower() for each in rule.callers),
        services=frozenset(rule.services),
        is_mutating=rule.mutates,
        is_impersonal=rule.impersonal,
    )


class Decider:
    """Asks Cedar, and remembers what it said: a decision is a function of its inputs alone."""

    def __init__(self, policies: str) -> None:
        cedarpy.PolicySet.from_str(policies)  # refuses what can't be parsed, at start
        self._written: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(policies))
        self._by_action: dict[str, cedarpy.PolicySet] = {}
        self._remembered: dict[tuple[object, ...], Decision] = {}
        self._parsed: dict[tuple[object, ...], Any] = {}

    def forget(self) -> None:
        """Remember nothing: the next decision of each kind asks Cedar."""
        self._remembered.clear()

    @classmethod
    def read(cls, path: Path) -> Decider:
        """Read the policies from a file."""
        return cls(path.read_text(encoding="utf-8"))

    def decide(
        self,
        actor: Actor,
        action: str,
        resource_class: str,
        relations: frozenset[str],
        *,
        is_same_practice: bool,
        is_read: bool = False,
        scope: str = scopes.UNBOUND,
    ) -> Decision:
        """
        Decide one question.

        Args:
            actor: Only kind, roles and via are asked about.
            action: For example "appointment.book".
            resource_class: For example "schedule".
            relations: Names of relations that hold.
            is_same_practice: Whether the resource belongs to the actor's practice.
            is_read: Whether the method changes nothing.
            scope: What the app's scopes say, see `scopes.reach`.

        Source:
            policies/kept.cedar; the decision table in tests/unit/chassis/test_policies.py.
        """
        key = (
            actor.kind, actor.roles, actor.via, action, resource_class, relations, is_same_practice, is_read, scope,
        )  # fmt: skip
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            known = self._remembered[key] = self._ask(
                actor, action, resource_class, {"is_read": is_read, "scope": scope}, relations, is_same_practice
            )
        return known

    def _ask(
        self,
        actor: Actor,
        action: str,
        resource_class: str,
        said: dict[str, bool | str],
        relations: frozenset[str],
        is_same_practice: bool,
    ) -> Decision:
        request = {
            "principal": 'Actor::"it"',
            "action": f'Action::"{action}"',
            "resource": 'Record::"it"',
            "context": {"relations": sorted(relations), "via": actor.via, **said},
        }
        answer = cedarpy.is_authorized(
            request, self._about(action), self._entities(actor.kind, actor.roles, resource_class, is_same_practice)
        )
        if answer.diagnostics.errors:
            raise RuntimeError(f"A policy can't be evaluated: {answer.diagnostics.errors}")
        names = answer.diagnostics.id_annotations_by_reason
        return Decision(answer.allowed, tuple(sorted(names.get(each) or each for each in answer.diagnostics.reasons)))

    def _about(self, action: str) -> cedarpy.PolicySet:
        """Return the policies that may say something of an action; the others only cost time."""
        known = self._by_action.get(action)
        if known is None:
            if len(self._by_action) >= REMEMBERED:
                self._by_action.clear()
            written = {name: each for name, each in self._written["staticPolicies"].items() if _is_about(each, action)}
            part = json.dumps({**self._written, "staticPolicies": written})
            known = self._by_action[action] = cedarpy.PolicySet.from_json_str(part)
        return known

    def _entities(self, kind: str, roles: frozenset[str], resource_class: str, is_same_practice: bool) -> Any:
        """Return actor and resource as Cedar reads them; few kinds of either exist, and parsing them costs a third."""
        key = (kind, roles, resource_class, is_same_practice)
        known = self._parsed.get(key)
        if known is None:
            if len(self._parsed) >= REMEMBERED:
                self._parsed.clear()
            practice = "own" if is_same_practice else "other"
            entities = [
                {
                    "uid": {"type": "Actor", "id": "it"},
                    "attrs": {"kind": kind, "roles": sorted(roles), "practice": "own"},
                    "parents": [],
                },
                {
                    "uid": {"type": "Record", "id": "it"},
                    "attrs": {"class": resource_class, "practice": practice},
                    "parents": [],
                },
            ]
            known = self._parsed[key] = cedarpy.Entities.from_json_str(json.dumps(entities))
        return known


def _is_about(policy: dict[str, Any], action: str) -> bool:
    """Tell whether a policy's head lets an action in; a head of a form that is not known here always does."""
    head = policy["action"]
    if head["op"] == "==" and "entity" in head:
        return bool(head["entity"] == {"type": "Action", "id": action})
    if head["op"] == "in" and "entities" in head:
        return {"type": "Action", "id": action} in head["entities"]
    return True


class PolicyAccess:
    """
    Brings policies and relations together; relations are asked for only when the answer is no without them.

    A broken glass counts last of all: whoever has another reason is recorded with that one.
    """

    def __init__(self, decider: Decider, relations: RelationsPort) -> None:
        self._decider = decider
        self._relations = relations

    async def decide(self, call: Call, client_id: str, relations: Collection[str]) -> Decision:
        """Decide for one client, or for none ("")."""
        given = frozenset(relations)
        call.evidence = {}
        decision = self._ask(call, given)
        if not decision.allowed and client_id:
            found = dict(each.partition(":")[::2] for each in await self._relations.relations(call.actor, client_id))
            ordinary = given | (found.keys() - {BREAK_GLASS})
            if ordinary != given:
                given, decision = ordinary, self._ask(call, ordinary)
            if not decision.allowed and BREAK_GLASS in found:
                broken = given | {BREAK_GLASS}
                opened = self._ask(call, broken)
                if opened.allowed:
                    given, decision = broken, opened
            call.evidence = {name: row_id for name, row_id in found.items() if row_id and name in given}
        call.relations = given
        return decision

    def _ask(self, call: Call, relations: frozenset[str]) -> Decision:
        rule = call.rule
        if rule is None:
            raise RuntimeError(f"{call.method} has no rule.")
        return self._decider.decide(
            call.actor,
            rule.action,
            rule.resource_class,
            relations,
            is_same_practice=call.actor.practice_id == call.practice_id,
            is_read=rule.is_read,
            scope=scopes.reach(call.actor.scopes, rule.action, rule.effect),
        )
