"""Which step may follow which, and after what: the state machine of a push."""

import pytest

from tests.support.state_diagram import NOON, PICTURE, drawn, edges, sent, state
from workflows.push import Step, next_step
from workflows.submission import Judgement

PAIRS = {
    ("start", Step.PREPARE),
    ("start", Step.RECALL),
    (Step.RECALL, Step.PREPARE),
    (Step.RECALL, Step.SEND),
    (Step.RECALL, Step.FIND),
    (Step.RECALL, Step.POLL),
    (Step.PREPARE, Step.SEND),
    (Step.SEND, Step.SEND),
    (Step.SEND, Step.FIND),
    (Step.SEND, Step.POLL),
    (Step.SEND, Step.GIVE_UP),
    (Step.FIND, Step.SEND),
    (Step.FIND, Step.PREPARE),
    (Step.FIND, Step.POLL),
    (Step.POLL, Step.POLL),
}


def test_a_step_leads_to_these_steps_and_no_others():
    assert PAIRS == set(edges())


def test_the_picture_shows_what_the_code_does():
    assert PICTURE.read_text() == drawn(), "python -m tests.support.state_diagram"


@pytest.mark.parametrize("judgement", list(Judgement))
def test_after_many_submissions_without_a_result_nothing_is_sent(judgement):
    pushed = state()
    for _ in range(8):
        submission = sent(pushed)
        submission.open, submission.judgement = 0, judgement

    expected = {
        Judgement.FAILING: Step.FIND,
        Judgement.NOT_WRITTEN: Step.GIVE_UP,
        Judgement.REFUSED: Step.SEND,
        Judgement.RULED_OUT: Step.SEND,
    }
    assert expected[judgement] == next_step(pushed, NOON)
