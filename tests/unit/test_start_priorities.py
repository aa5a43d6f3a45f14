from uuid import uuid4

from dispatch.priorities import MAX_COMPANIES, StartPriorities

BULK, ONE = uuid4(), uuid4()


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def priorities(crowds, number):
    return [crowds.priority(BULK) for _ in range(number)]


def test_a_company_that_starts_one_goes_before_one_with_many():
    crowds = StartPriorities(clock=Clock())

    assert [3] * 10 + [4] * 20 == priorities(crowds, 30)
    assert 3 == crowds.priority(ONE)


def test_thousands_let_hundreds_pass():
    crowds = StartPriorities(clock=Clock())

    assert [4, 5] == priorities(crowds, 501)[-2:]


def test_who_starts_one_a_second_is_no_crowd():
    clock = Clock()
    crowds = StartPriorities(clock=clock)
    found = []
    for clock.seconds in range(100):
        found.append(crowds.priority(BULK))

    assert {3} == set(found)


def test_a_crowd_of_any_size_is_forgotten_after_1000_seconds():
    clock = Clock()
    crowds = StartPriorities(clock=clock)
    priorities(crowds, 5000)
    clock.seconds = 1000

    assert 3 == crowds.priority(BULK)


def test_only_the_companies_that_started_last_are_remembered():
    crowds = StartPriorities(clock=Clock())
    priorities(crowds, 30)
    for _ in range(MAX_COMPANIES):
        crowds.priority(uuid4())

    assert 0 == crowds.lately(BULK)
