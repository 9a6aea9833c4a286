"""Whatever is held, confirmed, moved and released in whatever order, no minute is given twice."""

from __future__ import annotations

from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.availability.domain import errors
from services.availability.domain.board import Board, place
from services.availability.domain.claim import Claim, Placement, State
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Schedule, SessionType, WeeklyHours
from services.availability.domain.wall import WallTime, instant
from services.availability.domain.wish import Wish, find_ways

THERAPISTS, CLIENTS, ROOMS = ("t1", "t2"), ("c1", "c2", "c3"), ("r1", "r2")
PRACTICE, ZONE = "practice", "America/New_York"
NOW_S = instant(WallTime("2027-05-01T00:00", ZONE))

DIRECTORY = Directory(
    version=1,
    sites={"site": ZONE},
    rooms={"site": ROOMS},
    session_types={
        name: SessionType(name, name, length, before, after, 0, 60, 15, (1, 2))
        for name, length, before, after in (("short", 25, 0, 5), ("long", 80, 15, 30))
    },
    schedules={
        name: Schedule(name, ZONE, (WeeklyHours(3, 540, 780, "site", (1, 2)),), ("short", "long"))
        for name in THERAPISTS
    },
)

starts = st.integers(0, 12).map(
    lambda quarter: WallTime(f"2027-05-05T{9 + quarter // 4:02}:{quarter % 4 * 15:02}", ZONE)
)
wishes = st.builds(
    lambda therapist_id, client_id, name, wall, modality: Wish(
        therapist_id, client_id, name, wall, instant(wall), modality, "", False, b""
    ),
    st.sampled_from(THERAPISTS),
    st.sampled_from(CLIENTS),
    st.sampled_from(sorted(DIRECTORY.session_types)),
    starts,
    st.sampled_from((0, 1, 2)),
)


class Ledger(RuleBasedStateMachine):
    """Plays owners and racers against a ledger kept in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: dict[str, Claim] = {}

    def board(self, *, without: str = "") -> Board:
        """Lay out everything that blocks, but for one claim."""
        board = Board()
        for claim in self.claims.values():
            if claim.claim_id != without:
                for piece in claim.pieces():
                    board.take(PRACTICE, piece.resource_id, piece.span)
        return board

    def place(self, wish: Wish, *, without: str = "") -> Placement | None:
        """Return where a wish fits, or None."""
        try:
            ways = find_ways(wish, DIRECTORY, now_s=NOW_S)
            return place(PRACTICE, ways, self.board(without=without), DIRECTORY, rooms_known=None, tzdata_version="")
        except (errors.SlotTaken, errors.ClientOverlap, errors.SlotNotOffered):
            return None

    def chosen(self, number: int) -> Claim | None:
        """Return one of the claims."""
        return list(self.claims.values())[number % len(self.claims)] if self.claims else None

    @rule(wish=wishes)
    def hold(self, wish: Wish) -> None:
        """Take time if it is free."""
        placement = self.place(wish)
        if placement is not None:
            claim_id = str(len(self.claims))
            self.claims[claim_id] = Claim(
                claim_id, State.HELD, wish.client_id, wish.session_type_id, placement, NOW_S, b""
            )

    @rule(number=st.integers(0, 99), wish=wishes)
    def move(self, number: int, wish: Wish) -> None:
        """Take other time beside the old."""
        claim = self.chosen(number)
        if claim is None or claim.state is State.RELEASED or claim.pending is not None:
            return
        own = Wish(
            wish.therapist_id,
            claim.client_id,
            claim.session_type_id,
            wish.wall,
            wish.start_s,
            wish.modality,
            "",
            False,
            b"",
        )
        placement = self.place(own, without=claim.claim_id)
        if placement is not None:
            self.claims[claim.claim_id] = claim.move(placement, now_s=NOW_S)

    @rule(number=st.integers(0, 99), word=st.sampled_from(("confirm", "release", "take_back_move", "finish_move")))
    def answer(self, number: int, word: str) -> None:
        """Give the owner's word; it takes no minute that was not blocked before."""
        claim = self.chosen(number)
        if claim is None or (word == "confirm" and claim.state is State.RELEASED):
            return
        after, _ = getattr(claim, word)()
        self.claims[claim.claim_id] = after
        for piece in after.pieces():
            assert is_covered(
                piece.span, [each.span for each in claim.pieces() if each.resource_id == piece.resource_id]
            )

    @invariant()
    def no_minute_is_given_twice(self) -> None:
        """Not to two claims, and not twice to one: the constraint knows no exception for one's own rows."""
        taken = [(piece.resource_id, piece.span) for claim in self.claims.values() for piece in claim.pieces()]
        for (one, a), (other, b) in combinations(taken, 2):
            assert one != other or a[1] <= b[0] or b[1] <= a[0]


def is_covered(span: tuple[int, int], by: list[tuple[int, int]]) -> bool:
    """Tell whether every second of a span lies in one of the others."""
    at = span[0]
    for start, end in sorted(by):
        if start <= at < end:
            at = end
    return at >= span[1]


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
