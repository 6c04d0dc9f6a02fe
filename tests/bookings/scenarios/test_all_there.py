"""Every scenario has a test that is named by its id: `test_k11_...` tries K11."""

import ast
import re
from pathlib import Path

import pytest

LISTED = """
    C1 C2 C5 C6 C11 C12 C13 B1 B2
    N1 N3 N5 N6 H1 H2 H3 D1 D2 D3
    Q1 Q3 Q5 Q6 Q8 Q9
    K1 K2 K4 K5 K6 K7 K8 K9 K10 K11 W1 W4 W5
    R1 R2 R5 R6 R7
    P1 P2 P3 P4 P5 P6 P7 P8 E1
"""
SCENARIOS = re.findall(r"[A-Z]\d+", LISTED)
NAMED = re.compile(r"test_([a-z]\d+)_")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tried() -> set[str]:
    """The scenarios that tests beside this one are named by, if they assert anything."""
    files = Path(__file__).parent.glob("test_*.py")
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]
    named = [(NAMED.match(each.name), each) for each in functions]
    return {found[1].upper() for found, each in named if found and asserts(each)}


def asserts(function: Function) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(function))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_scenario_is_tried(scenario: str) -> None:
    assert scenario in tried()


def test_no_test_is_named_by_a_scenario_that_there_is_not() -> None:
    assert tried() <= set(SCENARIOS)
