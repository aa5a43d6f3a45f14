"""The line of updates of one record, without a server."""

from datetime import UTC, datetime, timedelta

from workflows.update_line import TurnEntry, UpdateLine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(second, token=None):
    since = NOON + timedelta(seconds=second)
    return TurnEntry(workflow_id=f"push-{second}", token=token or f"token {second}", since=since)


def answers(line):
    found = [(workflow_id, answer) for workflow_id, answer in line.answers]
    line.answers.clear()
    return found


def holder_of(line):
    return line.holder.workflow_id if line.holder else None


def test_the_holder_learns_of_an_older_update_only():
    line = UpdateLine(holder=entry(2), follows_parent=True)
    line.add(entry(3))

    assert [] == answers(line)
    line.add(entry(1))
    ((workflow_id, answer),) = answers(line)
    assert ("push-2", True, None) == (workflow_id, answer.older_waits, answer.superseded_by)
    assert "push-2" == holder_of(line)


def test_a_turn_given_back_goes_to_the_oldest():
    line = UpdateLine(holder=entry(2), follows_parent=True)
    for second in (3, 1):
        line.add(entry(second))
    answers(line)
    line.give_back(entry(2, token="again"))

    ((workflow_id, answer),) = answers(line)
    assert ("push-1", "token 1", False) == (workflow_id, answer.token, answer.older_waits)
    assert ["push-2", "push-3"] == [waiting.workflow_id for waiting in line.waiting]
    assert not line.follows_parent


def test_who_gave_the_turn_back_is_told_when_it_has_it_again():
    line = UpdateLine(holder=entry(2), follows_parent=True)
    line.add(entry(1))
    line.give_back(entry(2, token="again"))
    answers(line)
    line.remove("push-1", wrote=True)

    assert [("push-2", "again")] == [(who, answer.token) for who, answer in answers(line)]


def test_only_the_holder_gives_the_turn_back():
    line = UpdateLine(holder=entry(1))
    line.give_back(entry(2))

    assert "push-1" == holder_of(line)
    assert ["push-2"] == [waiting.workflow_id for waiting in line.waiting]
