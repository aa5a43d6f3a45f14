"""However equal pushes look, each takes an operation of its own, and only one that wrote takes one.

A world is a few pushes of one record. Each is sent once, writes or not, and hears of it or not.
They look at any moments, in any order; a person may settle one beside them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from activities.equal_twins import EqualOperation, EqualPush, share_of
from activities.find_models import TwinTimes

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = TwinTimes(
    settled_after=timedelta(seconds=180),
    taken_within=timedelta(seconds=300),
    listed_within=timedelta(seconds=10),
)
LATEST = 900


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


@dataclass(frozen=True)
class SentPush:
    """`sent` to `ended`: its attempt; `written`: when its operation began; seconds from the begin.

    `shown` is how long after that the list has the operation, `named` how long after its start
    Temporal's list has the push.
    """

    name: str
    sent: int
    ended: int
    written: int | None
    shown: int
    named: int
    is_answered: bool

    @property
    def operation(self):
        return EqualOperation(UUID(int=int(self.name) + 1), at(self.written))

    def is_listed(self, now):
        return self.written is not None and self.written + self.shown <= now

    def as_known(self, now):
        """As its history shows it; None before it is listed as a push that has sent."""
        if now < self.sent + self.named:
            return None
        is_owed = now < self.ended
        last = 10_000 if is_owed else self.ended
        return EqualPush(self.name, at(self.sent), at(last), at(self.sent), is_owed=is_owed)


@st.composite
def sent_pushes(draw):
    count = draw(st.integers(1, 4))
    pushes = []
    for number in range(count):
        sent = draw(st.integers(0, 400))
        ended = sent + draw(st.integers(0, 60))
        lands = draw(st.one_of(st.none(), st.integers(sent, ended + 60)))
        is_answered = lands is not None and lands <= ended and draw(st.booleans())
        shown = draw(st.integers(0, 100))
        named = draw(st.integers(0, 9))
        pushes.append(SentPush(str(number), sent, ended, lands, shown, named, is_answered))
    return pushes


looks = st.lists(st.tuples(st.integers(0, LATEST), st.integers(0, 3)), max_size=16)


class SharedWorld:
    """Who has which operation; a push that was answered has its own from then on."""

    def __init__(self, pushes):
        self.pushes = pushes
        self.taken = {}

    def has(self, push, now):
        if push.name in self.taken:
            return self.taken[push.name]
        return push.operation.key if push.is_answered and push.ended <= now else None

    def is_late(self, push, now):
        """Tell whether a push that lost its answer looks late enough to decide."""
        return not (self.has(push, now) or push.is_answered or now < push.ended + 180)

    def seen_by(self, push, now):
        """Name the operations that a push finds when it looks, and that nobody has."""
        held = {self.has(each, now) for each in self.pushes}
        return [
            each.name
            for each in self.pushes
            if each.is_listed(now)
            and each.operation.key not in held
            and push.sent - 600 <= each.written <= push.ended + 300
        ]

    def share(self, name, now, order):
        """Let a push look, if it looks late enough: what is its share?"""
        push = next(each for each in self.pushes if each.name == name)
        if not self.is_late(push, now):
            return None
        open_ones = [
            known
            for each in self.pushes
            if not self.has(each, now) and (known := each.as_known(now))
        ]
        seen = self.seen_by(push, now)
        free = [each.operation for each in self.pushes if each.name in seen]
        order.shuffle(open_ones)
        order.shuffle(free)
        return share_of(name, open_ones, free, TIMES, at(now)).operation


@given(sent_pushes(), looks, st.randoms())
def test_none_is_taken_twice_nor_by_a_push_that_wrote_none(pushes, looks, order):
    world = SharedWorld(pushes)
    for now, number in sorted(looks):
        push = pushes[number % len(pushes)]
        share = world.share(push.name, now, order)
        if share:
            assert share not in world.taken.values()
            assert share not in {each.operation.key for each in pushes if each.is_answered}
            assert push.written is not None
            world.taken[push.name] = share
        elif world.is_late(push, now) and not world.seen_by(push, now):
            assert push.written is None  # it sends again


@given(sent_pushes(), st.permutations(range(4)), st.booleans(), st.randoms())
def test_pushes_that_all_wrote_together_all_have_a_share(pushes, turns, by_hand, order):
    together = [
        replace(each, sent=number, ended=20 + number, written=10 + number, is_answered=False)
        for number, each in enumerate(pushes)
    ]
    world = SharedWorld(together)
    if by_hand:  # a person gives one push the operation of any other
        world.taken["0"] = together[order.randrange(len(together))].operation.key
    for turn in [turn for turn in turns if turn < len(together)]:
        share = world.share(str(turn), LATEST, order)
        assert share or str(turn) in world.taken
        world.taken.setdefault(str(turn), share)

    assert len(together) == len(set(world.taken.values()))


@given(sent_pushes(), st.integers(0, LATEST), st.randoms())
def test_the_shares_of_one_moment_are_of_different_operations(pushes, now, order):
    world = SharedWorld(pushes)
    shares = [world.share(push.name, now, order) for push in pushes]
    found = [share for share in shares if share]

    assert len(found) == len(set(found))


@given(sent_pushes(), st.integers(0, LATEST), st.randoms())
def test_a_share_stays_the_same_when_others_have_taken_theirs(pushes, now, order):
    world = SharedWorld(pushes)
    shares = {push.name: world.share(push.name, now, order) for push in pushes}
    for name, share in shares.items():
        assert share == world.share(name, now, order)
        if share:
            world.taken[name] = share
