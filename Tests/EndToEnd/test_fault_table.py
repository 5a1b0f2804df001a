"""The table of faults names tests that there are."""

import re

import pytest

from fault_rows import ROWS
from fault_table import FAULTS
from gateway import REPOSITORY

TESTS = REPOSITORY / "Tests"


@pytest.mark.parametrize("fault", FAULTS)
def test_has_its_tests(fault):
    expected, bound, tests = FAULTS[fault]
    assert expected and bound and tests
    assert [test for test in tests if not exists(test)] == []


def exists(test):
    path, name = test.split("::")
    file = TESTS / (f"EndToEnd/{path}" if path.endswith(".py") else path)
    keyword = "def" if path.endswith(".py") else "func"
    return file.exists() and re.search(rf"\b{keyword} {name}\(", file.read_text()) is not None


def test_no_row_stands_twice():
    assert len({row.fault for row in ROWS}) == len(ROWS) > 50
