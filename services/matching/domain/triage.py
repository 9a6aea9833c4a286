"""Says how urgent care is, by rules anybody can read; raises flags only humans settle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.instruments import Score

RULES_VERSION = "2026-11.2"
"""Names the rules below; kept with every screening."""

HIGH_FROM = {"PHQ-9": 15, "GAD-7": 15}
"""
Sums from which care should come soon: moderately severe depression, severe anxiety.

Source: the instruments' cut points; project decision that they ask for haste.
"""


RISKS = {"C-SSRS": frozenset({"LOW", "MODERATE", "HIGH"})}
"""
Levels that ask for haste: all there are, because each of them is a yes to a question about suicide.

Source: the screener's triage: 1 and 2 low; 3, and 6 longer ago, moderate; 4, 5, and 6 within three months high, which
means an evaluation at once. Which of them it was stands in the rule's code; a human decides what follows.
"""


class Priority(IntEnum):
    """How soon care should come; numbers are the contract's. There is no value for "safe"."""

    UNSAID = 0
    ROUTINE = 1
    HIGH = 2
    URGENT = 3


class State(IntEnum):
    """Where a flag stands; numbers are the contract's."""

    RAISED = 1
    ACKNOWLEDGED = 2
    CLOSED = 3


class Cause(IntEnum):
    """What raised a flag; numbers are the contract's."""

    ANSWER = 1
    SAID = 2


class Outcome(IntEnum):
    """Why a flag was closed; numbers are the contract's."""

    NONE = 0
    SAFETY_PLAN = 1
    REFERRED = 2
    ASSESSED = 3
    MISTAKE = 4


def judge(instrument: str, score: Score) -> tuple[Priority, tuple[str, ...]]:
    """
    Return how soon care should come, and the codes of the rules that said so.

    Danger: a "no" to a self-harm item lowers nothing; most people at risk say no (reference: 62.9 % of inpatients).
    URGENT is for humans to say.
    """
    rules = []
    if score.is_self_harm:
        rules.append("SELF_HARM_ANSWERED")
    if score.is_complete and score.total >= HIGH_FROM.get(instrument, score.total + 1):
        rules.append("SCORE_HIGH")
    if score.severity in RISKS.get(instrument, ()):
        rules.append(f"RISK_{score.severity}")
    if rules:
        return Priority.HIGH, tuple(rules)
    return (Priority.ROUTINE if score.is_complete else Priority.UNSAID), ()


@dataclass(frozen=True, slots=True)
class CrisisFlag:
    """A client who may be in danger."""

    flag_id: str
    client_id: str
    cause: Cause
    raise_time: datetime
    state: State = State.RAISED
    acknowledge_actor_id: str = ""
    acknowledge_time: datetime | None = None
    close_actor_id: str = ""
    close_time: datetime | None = None
    outcome: Outcome = Outcome.NONE
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the flag."""
        return f"v{self.version}"

    def acknowledge(self, *, actor_id: str, at: datetime, etag: str = "") -> CrisisFlag:
        """
        Take the flag over by name.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            FlagSettled: Somebody has it already. (FAILED_PRECONDITION)
        """
        self._expect(etag)
        if self.state is not State.RAISED:
            raise errors.FlagSettled("Somebody has taken the flag over.", flag_id=self.flag_id)
        return replace(
            self,
            state=State.ACKNOWLEDGED,
            acknowledge_actor_id=actor_id,
            acknowledge_time=at,
            version=self.version + 1,
        )

    def close(self, outcome: Outcome, *, actor_id: str, at: datetime, etag: str = "") -> CrisisFlag:
        """
        Close the flag with a reason.

        Raises:
            OutcomeMissing: No reason is given. (INVALID_ARGUMENT)
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            FlagUnanswered: Nobody has taken it over. (FAILED_PRECONDITION)
            FlagSettled: It is closed. (FAILED_PRECONDITION)
        """
        if outcome is Outcome.NONE:
            raise errors.OutcomeMissing("Say why the flag is closed.", field="outcome")
        self._expect(etag)
        if self.state is State.RAISED:
            raise errors.FlagUnanswered("A flag is taken over before it is closed.", flag_id=self.flag_id)
        if self.state is State.CLOSED:
            raise errors.FlagSettled("The flag is closed.", flag_id=self.flag_id)
        return replace(
            self,
            state=State.CLOSED,
            close_actor_id=actor_id,
            close_time=at,
            outcome=outcome,
            version=self.version + 1,
        )

    def _expect(self, etag: str) -> None:
        if etag and etag != self.etag:
            raise errors.StaleVersion("The flag has changed since you looked.", flag_id=self.flag_id, etag=self.etag)


@dataclass(frozen=True, slots=True)
class Resources:
    """Where to find help now, in one language."""

    locale: str
    lines: tuple[str, ...]


EMERGENCY_NUMBER, CRISIS_NUMBER = "911", "988"
"""The United States' emergency line, and its Suicide & Crisis Lifeline for calls and texts."""

_ENGLISH = Resources(
    "en",
    (
        "You are not alone. You can talk to somebody right now.",
        "Call or text 988, the Suicide & Crisis Lifeline, at any hour. It is free and confidential.",
        "If you are in immediate danger, call 911 or go to the nearest emergency room.",
        "We have told a person at your practice, who will reach out. Nobody reads this page for emergencies.",
    ),
)
_SPANISH = Resources(
    "es",
    (
        "No está solo ni sola. Puede hablar con alguien ahora mismo.",
        "Llame al 988 y oprima 2, o envíe AYUDA al 988, la Línea de Prevención del Suicidio y Crisis, a cualquier "
        "hora. Es gratis y confidencial.",
        "Si está en peligro inmediato, llame al 911 o vaya a la sala de emergencias más cercana.",
        "Hemos avisado a una persona de su consultorio, que se comunicará con usted. Nadie lee esta página para "
        "emergencias.",
    ),
)


def resources_in(locale: str) -> Resources:
    """Return crisis resources: Spanish for any Spanish, English for everything else, unreadable locales too."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return _SPANISH if language == "es" else _ENGLISH
