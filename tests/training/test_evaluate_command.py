"""manage.py evaluate."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("family", "known"), [("rnn", "jsb_quarter"), ("musegan", "hybrid/scratch"), ("vae", "dimensions")]
)
def test_a_name_that_is_not_there_is_refused_before_anything_is_measured(family: str, known: str) -> None:
    with pytest.raises(CommandError, match=f"no 'chorals' to measure; say .*{known}"):
        call_command("evaluate", family, only="chorals")
