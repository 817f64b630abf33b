"""What a command is told is checked before it does anything."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("command", "argument", "sentence"),
    [
        ("serve", "--port=65536", "65536: it goes from 0 to 65535"),
        ("serve", "--port=http", "'http' is not a whole number"),
        ("run_generator", "--metrics-port=-1", "-1: it goes from 0 to 65535"),
        ("run_generator", "--seats=0", "0: it goes from 1 to 256"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused(command: str, argument: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command(command, argument)
