"""Commands as they were spelled before: they still mean the same."""

import pytest

from commands.old_spellings import as_spelled_now


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("retry --status Failed --plan", "bulk plan --status Failed"),
        ("retry --status Failed", "bulk plan --status Failed"),
        ("retry --since=1d --go --reason x", "bulk start --since=1d --reason x"),
        ("retry --since 1d --plan --go", "bulk plan --since 1d"),
        ("bulk 1f0c22ab", "bulk show 1f0c22ab"),
        ("bulk 1f0c22ab --wait --json", "bulk show 1f0c22ab --wait --json"),
        ("bulk 1f0c22ab --pause", "bulk pause 1f0c22ab"),
        ("bulk 1f0c22ab --resume --wait", "bulk resume 1f0c22ab --wait"),
        ("bulk 1f0c22ab --stop", "bulk stop 1f0c22ab"),
    ],
)
def test_an_old_spelling_is_a_command_of_today(before, now):
    assert now.split() == as_spelled_now(before.split())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--help",
        "retry PUSH_ID --edit --wait",
        "retry --help",
        "bulk",
        "bulk --help",
        "bulk plan --status Failed",
        "bulk pause 1f0c22ab",
        "list --status Failed",
    ],
)
def test_todays_commands_stay(line):
    assert line.split() == as_spelled_now(line.split())
