"""Numbers of what a claim states, so that a theory line in a figure is the claim itself and not a second copy of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from proofs.engine import claim


def stated(claim_id: str, part: str = "statement", /, **values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A formula of a claim at given values, entry by entry.

    part: "statement" or a name in `claim.parts`. values: real numbers or arrays (...) that broadcast, by the names of
    the formula's symbols. Returns (...). Raises ValueError for an unknown claim, and where the part, or the names of
    the values, are not the claim's.
    """
    formulas = claim.get(claim_id).formulas
    if part not in formulas:
        raise ValueError(f"part = {part!r} is no formula of {claim_id}; it has {', '.join(formulas) or 'none'}")
    form = formulas[part]
    symbols: dict[str, Any] = {symbol.name: symbol for symbol in form.free_symbols}
    if symbols.keys() != values.keys():
        raise ValueError(f"{claim_id} needs {', '.join(sorted(symbols))}; given are {', '.join(sorted(values))}")
    first, *arrays = np.broadcast_arrays(0.0, *(np.asarray(value, float) for value in values.values()))
    rows = np.stack([first, *arrays], axis=-1).reshape(first.size, -1)[:, 1:].tolist()
    numbers = [form.evalf(subs=dict(zip((symbols[name] for name in values), row, strict=True))) for row in rows]
    return np.array([float(number) for number in numbers]).reshape(first.shape)
