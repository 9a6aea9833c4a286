"""
Refusals of matching, one reason each.

InvalidRequest
├── AgesReversed       AGES_REVERSED
├── RegionMalformed    REGION_MALFORMED
├── TooMany            LIMIT_EXCEEDED
├── DateMalformed      DATE_MALFORMED
├── LicenceTwice       LICENCE_TWICE
├── RowTwice           ROW_TWICE
├── CasesTooFew        CASES_TOO_FEW
├── AttributeMalformed ATTRIBUTE_MALFORMED
├── Contradiction      PREFERENCES_CONTRADICT
├── Unbalanced         WEIGHTS_UNBALANCED
├── IntervalReversed   INTERVAL_REVERSED
├── ReasonMissing      REASON_MISSING
├── FormMalformed      FORM_MALFORMED
├── PermissionMissing  PERMISSION_MISSING
├── WordingMalformed   WORDING_MALFORMED
├── AnswerMalformed    ANSWER_MALFORMED
├── AnswersTooLarge    ANSWERS_TOO_LARGE
├── NotTheirs          NOT_THEIRS
├── NothingAnswered    NOTHING_ANSWERED
├── UnknownQuestion    UNKNOWN_QUESTION
├── AnswerOutOfRange   ANSWER_OUT_OF_RANGE
├── AnsweredTwice      ANSWERED_TWICE
└── OutcomeMissing     OUTCOME_MISSING
NotFound
├── ProfileNotFound    NOT_FOUND
├── MatchNotFound      NOT_FOUND
├── RulesNotFound      NOT_FOUND
├── IntakeNotFound     NOT_FOUND
├── BatchNotFound      NOT_FOUND
├── ProposalNotFound   NOT_FOUND
├── FormNotFound       NOT_FOUND
├── DocumentNotFound   NOT_FOUND
├── ResponseNotFound   NOT_FOUND
├── DueNotFound        NOT_FOUND
├── LicenceNotFound    NOT_FOUND
├── OperationNotFound  NOT_FOUND
├── UnknownInstrument  NOT_FOUND
└── UnknownFlag        NOT_FOUND
RuleViolated
├── FlagUnanswered     FLAG_UNANSWERED
├── FlagSettled        FLAG_SETTLED
├── AlreadyWaiting     ALREADY_WAITING
├── IntakeSettled      INTAKE_SETTLED
├── NobodyWaits        NOBODY_WAITS
├── NotACandidate      NOT_A_CANDIDATE
├── AlreadyProposed    ALREADY_PROPOSED
├── ProposalSettled    PROPOSAL_SETTLED
├── BatchRunning       BATCH_RUNNING
├── OperationRunning   OPERATION_RUNNING
├── OperationEnded     OPERATION_ENDED
├── WordingMissing     WORDING_MISSING
├── WordingHeld        WORDING_HELD
├── Retired            RETIRED
├── AnswersMissing     ANSWERS_MISSING
├── ResponseCompleted  RESPONSE_COMPLETED
├── TextChanged        TEXT_CHANGED
├── DueSettled         DUE_SETTLED
├── TooEarly           TOO_EARLY
└── CrisisUnanswered   CRISIS_UNANSWERED
Stale
└── StaleVersion       STALE_VERSION
"""

from __future__ import annotations

from services.chassis.errors import InvalidRequest, NotFound, RuleViolated, Stale


class AgesReversed(InvalidRequest):
    """The youngest age lies above the oldest, or an age is outside 0 to 120."""

    reason = "AGES_REVERSED"


class RegionMalformed(InvalidRequest):
    """A region is not an ISO 3166-2 code such as "US-CA"."""

    reason = "REGION_MALFORMED"


class TooMany(InvalidRequest):
    """A list or text is longer than its stated limit."""

    reason = "LIMIT_EXCEEDED"


class DateMalformed(InvalidRequest):
    """A day is not written as YYYY-MM-DD, or is none of the calendar."""

    reason = "DATE_MALFORMED"


class LicenceTwice(InvalidRequest):
    """A state is named twice among a therapist's licences."""

    reason = "LICENCE_TWICE"


class RowTwice(InvalidRequest):
    """A therapist stands in two rows of an import."""

    reason = "ROW_TWICE"


class CasesTooFew(InvalidRequest):
    """A strength was measured in fewer than 15 cases."""

    reason = "CASES_TOO_FEW"


class AttributeMalformed(InvalidRequest):
    """An attribute is not written "kind:value"."""

    reason = "ATTRIBUTE_MALFORMED"


class Contradiction(InvalidRequest):
    """What a client asks for can't all be met by anybody."""

    reason = "PREFERENCES_CONTRADICT"


class Unbalanced(InvalidRequest):
    """Weights are whole, none below 0, and 100 together."""

    reason = "WEIGHTS_UNBALANCED"


class IntervalReversed(InvalidRequest):
    """An interval ends before it begins, or is longer than allowed."""

    reason = "INTERVAL_REVERSED"


class RulesNotFound(NotFound):
    """The practice has no rules of this version."""


class ReasonMissing(InvalidRequest):
    """A proposal is declined with a reason."""

    reason = "REASON_MISSING"


class IntakeNotFound(NotFound):
    """No such intake in this practice."""


class BatchNotFound(NotFound):
    """No such batch in this practice."""


class ProposalNotFound(NotFound):
    """No such proposal in this practice."""


class AlreadyWaiting(RuleViolated):
    """The client is on the waitlist already."""

    reason = "ALREADY_WAITING"


class IntakeSettled(RuleViolated):
    """The client has a therapist, or waits no more."""

    reason = "INTAKE_SETTLED"


class NobodyWaits(RuleViolated):
    """Nobody is waiting whom a batch could give to a therapist."""

    reason = "NOBODY_WAITS"


class NotACandidate(RuleViolated):
    """The match did not propose this therapist."""

    reason = "NOT_A_CANDIDATE"


class AlreadyProposed(RuleViolated):
    """This therapist is proposed to the client already."""

    reason = "ALREADY_PROPOSED"


class ProposalSettled(RuleViolated):
    """The proposal is answered, or its time is over."""

    reason = "PROPOSAL_SETTLED"


class FormMalformed(InvalidRequest):
    """An item of a form makes no sense."""

    reason = "FORM_MALFORMED"


class PermissionMissing(InvalidRequest):
    """A scored form says by what permission its text is shown."""

    reason = "PERMISSION_MISSING"


class AnswerMalformed(InvalidRequest):
    """This is no answer to the question."""

    reason = "ANSWER_MALFORMED"


class AnswersTooLarge(InvalidRequest):
    """All answers of a form together pass 256 KiB."""

    reason = "ANSWERS_TOO_LARGE"


class NotTheirs(InvalidRequest):
    """Somebody else answers this question."""

    reason = "NOT_THEIRS"


class FormNotFound(NotFound):
    """No such form in this practice."""


class DocumentNotFound(NotFound):
    """No such consent document in this practice."""


class ResponseNotFound(NotFound):
    """No such answers in this practice."""


class DueNotFound(NotFound):
    """No such due in this practice."""


class BatchRunning(RuleViolated):
    """The practice has a batch that has not ended."""

    reason = "BATCH_RUNNING"


class OperationRunning(RuleViolated):
    """The batch has come to nothing yet."""

    reason = "OPERATION_RUNNING"


class OperationEnded(RuleViolated):
    """The batch is done, failed, or given up."""

    reason = "OPERATION_ENDED"


class OperationNotFound(NotFound):
    """No such batch was started in this practice."""


class WordingMissing(RuleViolated):
    """The instrument's text is not Kept's to give, and the practice has not brought it."""

    reason = "WORDING_MISSING"


class WordingHeld(RuleViolated):
    """The instrument's text is here in this language, and is not replaced."""

    reason = "WORDING_HELD"


class WordingMalformed(InvalidRequest):
    """A wording is not that of the instrument's items and options."""

    reason = "WORDING_MALFORMED"


class Retired(RuleViolated):
    """The form or document is given to nobody any more."""

    reason = "RETIRED"


class AnswersMissing(RuleViolated):
    """Required questions have no answer."""

    reason = "ANSWERS_MISSING"


class ResponseCompleted(RuleViolated):
    """The form is answered, and changes no more."""

    reason = "RESPONSE_COMPLETED"


class TextChanged(RuleViolated):
    """The text to sign is not the one that was shown."""

    reason = "TEXT_CHANGED"


class DueSettled(RuleViolated):
    """It is seen to, or given up, already."""

    reason = "DUE_SETTLED"


class TooEarly(RuleViolated):
    """How well it fits is asked after the third session."""

    reason = "TOO_EARLY"


class LicenceNotFound(NotFound):
    """The therapist has no such licence, or its last day is another."""


class ProfileNotFound(NotFound):
    """No such therapist in this practice."""


class MatchNotFound(NotFound):
    """No such match in this practice."""


class NothingAnswered(InvalidRequest):
    """A screening without any answer."""

    reason = "NOTHING_ANSWERED"


class UnknownQuestion(InvalidRequest):
    """An answer names no item of the instrument."""

    reason = "UNKNOWN_QUESTION"


class AnswerOutOfRange(InvalidRequest):
    """An answer is none of the item's options."""

    reason = "ANSWER_OUT_OF_RANGE"


class AnsweredTwice(InvalidRequest):
    """An item is answered more than once."""

    reason = "ANSWERED_TWICE"


class OutcomeMissing(InvalidRequest):
    """A flag is closed with a reason."""

    reason = "OUTCOME_MISSING"


class UnknownInstrument(NotFound):
    """No instrument of this code is held."""


class UnknownFlag(NotFound):
    """No such flag in this practice."""


class FlagUnanswered(RuleViolated):
    """Nobody has taken the flag over, so it can't be closed."""

    reason = "FLAG_UNANSWERED"


class FlagSettled(RuleViolated):
    """Somebody took the flag over, or closed it, before."""

    reason = "FLAG_SETTLED"


class CrisisUnanswered(RuleViolated):
    """A human has to speak with the client before any automation goes on."""

    reason = "CRISIS_UNANSWERED"


class StaleVersion(Stale):
    """It has changed since the caller looked."""

    reason = "STALE_VERSION"
