"""Numbers of what a claim states: the claim's own formula, at the values given by name."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from numerics import spike_threshold
from verify.reading.notebooks.stated import stated


def test_a_statement_is_evaluated_entry_by_entry() -> None:
    across, along = np.array([[0.2], [0.7]]), np.array([0.1, 0.5, 2.0])
    found = stated("R7.astroid", "threshold", spike_across=across, spike_along=along)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, spike_threshold(across, along), rtol=1e-14)


def test_a_number_needs_no_values() -> None:
    np.testing.assert_allclose(stated("R2", "rate of the angle, l1"), 0.1 - 0.07 * np.sqrt(2 / np.pi), rtol=1e-14)


def test_a_part_is_called_by_its_name() -> None:
    np.testing.assert_allclose(stated("R5.l1", "bound", lam=0.1, kappa=2.0, nonzeros=9), 0.15, rtol=1e-15)


@pytest.mark.parametrize(
    ("arguments", "values", "said"),
    [
        (("X1",), {}, "claim id 'X1' is unknown"),
        (("R5.l1",), {"lam": 1.0}, "part = 'statement' is no formula of R5.l1; it has bound"),
        (("R5.l1", "bound"), {"lam": 1.0, "kappa": 1.0}, "R5.l1 needs kappa, lam, nonzeros; given are kappa, lam"),
        (("R8",), {"beta": 1, "step": 1, "N": 1}, "R8 needs beta, curvature, multiplier, step; given are N"),
    ],
)
def test_what_the_claim_does_not_have_is_named(arguments: tuple[str, ...], values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        stated(*arguments, **values)
