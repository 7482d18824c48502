"""Stable limits as they are told: the best one by one, and all supports at once, by where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numerics import StableLimits
    from numerics.arguments import Array

SHOWN: Final = 12
"""Limits told one by one, and entries named in a line."""

_SIGNS: Final = 60
"""Entries that a row of signs may tell of."""


def supports(others: StableLimits, w_star: Array) -> tuple[list[int], list[int], list[list[int]]]:
    """Entries in the support of every sparse limit, those in some only (largest |w*| first), and these by limit."""
    import numpy as np

    found = [record.support for record in others.limits if record.kind == "sparse"]
    counts = np.zeros(w_star.size, np.intp)
    for one in found:
        counts[one] += 1
    in_all = (counts == len(found)) & (counts > 0)
    free = np.flatnonzero((counts > 0) & ~in_all)
    free = free[np.argsort(-np.abs(w_star[free]), kind="stable")]
    return np.flatnonzero(in_all).tolist(), free.tolist(), [one[~in_all[one]].tolist() for one in found]


def listed(indices: Any, most: int = SHOWN) -> str:
    """Some indices, in a line."""
    return ", ".join(str(int(index)) for index in indices[:most]) + (", …" if len(indices) > most else "")


def told(others: StableLimits, w_star: Array, width: int) -> Iterator[str]:
    """The limits, best first, with their supports where these differ: lines of at most `width`, if that can be."""
    common, free, own = supports(others, w_star)
    signs = ["".join("·+"[index in one] for index in free) for one in map(set, own)] if len(free) <= _SIGNS else []
    if free and signs:
        every = f"in every support: {listed(common)}; + and · say which others are" if common else "+ and · say what is"
        yield from wrap(f"{every} in the support, in the order {listed(free, _SIGNS)}", width)
    rows = iter(signs)
    for record in others.limits[:SHOWN]:
        yield f"{described(record)}  {next(rows, '') if record.kind == 'sparse' else ''}".rstrip()
    if (more := len(others.limits) - SHOWN) > 0:
        yield f"… and {more} more (--json has them)"
        if free and signs:
            yield f"all {len(signs)} supports, ? for in or not:"
            yield from wrap("  ".join(_merged(signs)), width)


def described(record: Any) -> str:
    """One limit, in a line."""
    spike = f"spike at entry {record.index}, sign {'+' if (record.sign or 0) > 0 else '−'}"
    kind = spike if record.kind == "spike" else f"sparse, support {len(record.support)}"
    return f"{kind}, N = {record.multiplier:.9g}, margin {record.margin:.3g}"


def _merged(signs: Sequence[str]) -> list[str]:
    """The same rows in fewer: two that differ in one place alone are one, with ? there."""
    left = dict.fromkeys(signs)
    for place in reversed(range(len(signs[0]))):

        def put(sign: str, row: str, at: int = place) -> str:
            return f"{row[:at]}{sign}{row[at + 1 :]}"

        pairs = {row for row in left if row[place] == "+" and put("·", row) in left}
        lost = {put("·", row) for row in pairs}
        left = {put("?", row) if row in pairs else row: None for row in left if row not in lost}
    return list(left)
