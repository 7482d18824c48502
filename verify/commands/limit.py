"""`coarseproof limit`: where RVSCGD ends for a given true weight, without iterating."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from verify.commands import options as common
from verify.commands.census import listed, supports, told
from verify.commands.options import NUMBER
from verify.commands.parameters import Parametrized, choices, of_choice, refuse_unused

if TYPE_CHECKING:
    from numerics import SparseLimit, StableLimits

LIMIT_PENALTIES: Final = ("l1", "l0", "tl1")
"""Those whose limit theory names."""

_ROUNDING: Final = 1e-15
_UNKNOWN: Final = "R6 says nothing of random starts: r ≥ κ"


def require_limit_map(penalty: str) -> str:
    """The penalty; a usage error unless its limits are known as a map of w*: it says which are, and what is left."""
    if penalty in LIMIT_PENALTIES:
        return penalty
    from numerics.generated.penalties import PENALTIES

    if penalty not in PENALTIES:
        raise click.BadParameter(f"{penalty!r} is unknown; known: {', '.join(PENALTIES)}")
    raise click.BadParameter(
        f"{penalty!r} has no limit map: its limits are not known in closed form, those of "
        f"{', '.join(LIMIT_PENALTIES)} are (R4). "
        f"`coarseproof learn --penalty {penalty}` runs the iteration to where it ends"
    )


def require_unit(path: Path, w_star: Any) -> None:
    """ValueError unless w* has norm 1; the library says the same, but names an argument where there is an option."""
    from numerics.geometry import length
    from numerics.limits.problem import NORM_TOLERANCE

    size = float(length(w_star))
    if abs(size - 1) > NORM_TOLERANCE:
        raise ValueError(f"weights file {path}: w* has norm {size:.9g}, not 1; divide by it, or say --normalize")


@click.command(
    cls=Parametrized,
    kinds=("penalty",),  # an estimator enters by its pull κ
    names=LIMIT_PENALTIES,
    epilog="""\b
Examples:
  coarseproof limit --weights w.npy --beta 1 --lam 0.1
  coarseproof limit --weights w.csv --normalize --beta 1 --lam 0.1 --plot map.png
  coarseproof limit --weights w.json --beta 1 --lam 0.1 --digits 50 --json -
  coarseproof limit --weights w.npy --beta 1 --lam 0.1 --phase-diagram out.png
  coarseproof limit --weights w.npy --penalty tl1 --a 2 --beta 1 --lam 0.1

The iteration maximizes κ⟨w*, w⟩ + (β/2)‖w‖² − E(w) on the unit sphere (claim R1); with output weights
v = v* and the ReLU estimator κ = ‖v*‖²/(2√(2π)). Exit codes: 0 a limit, 1 no such limit (what attracts
instead is listed), 2 usage, 74 a file or standard output that could not be written, 130 interrupted.""",
)
@common.WEIGHTS
@click.option(
    "--penalty",
    default="l1",
    callback=lambda ctx, param, penalty: require_limit_map(penalty),
    shell_complete=choices("penalty", LIMIT_PENALTIES),
    help="Sparsity penalty",
)
@common.BETA
@common.LAM
@click.option("--kappa", type=NUMBER, default="1", help="Strength κ of the pull towards w*.")
@common.count_option("--digits", help="Work with this many digits instead of float64.")
@common.NORMALIZE
@common.count_option("--count", default=1000, help="List at most so many limits.")
@common.picture_option("--plot", help="Draw the map w* → w̄ (.png, .svg, .pdf).")
@common.picture_option(
    "--phase-diagram", "phases", help="Draw number and kind of stable limits, support and error over (β, λ)."
)
@common.JOBS
@common.SCHEDULER
@common.json_option("result")
def limit(weights_path: Path, penalty: str, digits: int | None, normalize: bool, count: int, **exactly: Any) -> None:
    """Where the iteration ends for a true weight, and how surely.

    The limit of RVSCGD: multiplier, error and its bound, support, basin, other limits.
    """
    common.one_thread()
    from numerics import NoLimitError, sparse_limit, stable_limits
    from verify.commands.weights import read_exactly, read_weights

    json_path, plot, phases = (exactly.pop(name) for name in ("json_path", "plot", "phases"))
    where = common.where(exactly.pop("jobs"), exactly.pop("scheduler"), "" if phases else "without --phase-diagram")
    refuse_unused(penalty=penalty)
    exactly |= of_choice("penalty", penalty)
    w_star = read_weights(weights_path)
    if not normalize:
        require_unit(weights_path, w_star)
    settings: dict[str, Any] = {"penalty": penalty, "normalize": normalize}
    numbers: dict[str, Any] = {name: float(value) for name, value in exactly.items()}
    others = stable_limits(w_star, count=count, **settings, **numbers)
    try:
        if digits:
            exact: Any = read_exactly(weights_path)
            found = sparse_limit(exact, digits=digits, **settings, **exactly)
        else:
            found = sparse_limit(w_star, **settings, **numbers)
    except NoLimitError as error:
        click.echo(f"No limit: {error}", err=True)
        found = None
    total = f"{len(others.limits)}" + ("" if others.complete else f" listed, more may exist: {others.reason}")
    rows = [*(_rows(found, digits) if found else ()), ("stable limits", total)]
    with common.told_at_last(rows, json_path, told(others, w_star, common.width() - 2)):
        if json_path is not None:
            first = {name: numbers[name] for name in ("kappa", "beta", "lam")}
            given = {"penalty": penalty, **first, **numbers}
            common.write_document(json_path, as_json(found, others, w_star, digits, **given))
        if plot:
            _draw_map(plot, w_star, found)
        if phases:
            _draw_phases(phases, w_star, where, {"penalty": penalty, **numbers})
    sys.exit(0 if found else 1)


def as_json(
    found: SparseLimit | None, others: StableLimits, w_star: Any, digits: int | None, **given: Any
) -> dict[str, Any]:
    """The document of `--json`; numbers of more digits than float64 has are strings."""
    about = ("index", "sign", "multiplier")
    spikes = [{name: getattr(one, name) for name in about} for one in others.limits if one.kind == "spike"]
    names = ["multiplier", "weights", "auxiliary", "support", "angle", "error", "error_bound", "residual", "margin"]
    names.append("basin_probability")
    known = {name: None if found is None else _plain(getattr(found, name), digits) for name in names}
    counts: dict[str, Any] = {"listed": len(others.limits), "total": others.total, "complete": others.complete}
    counts |= {} if others.complete else {"reason": others.reason}
    counts["common_support"], _, own = supports(others, w_star)
    sparse = (one.multiplier for one in others.limits if one.kind == "sparse")
    counts["sparse"] = [{"multiplier": n, "further_support": more} for n, more in zip(sparse, own, strict=True)]
    document = {"schema": 1, **given, **known, "spurious": spikes, "stable_limits": counts}
    return document | {"exists": found is not None}


def _plain(value: Any, digits: int | None) -> Any:
    """What JSON can hold: arrays as lists, a float as it is, an mpmath number as a string of its digits."""
    if isinstance(value, int | float):
        return value
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, tuple):
        return [_plain(entry, digits) for entry in value]
    from mpmath import nstr

    return nstr(value, digits)


def _rows(found: SparseLimit, digits: int | None) -> list[tuple[str, str]]:
    size, n = len(found.support), len(found.weights)
    bound, near = found.error_bound, found.basin_probability
    error = "no bound: r ≥ κ" if float(bound) >= math.sqrt(2) else _bound(bound, ROUND_CEILING)
    return [
        ("multiplier N", str(_plain(found.multiplier, digits))),
        ("angle to w*", f"{_short(_unless_rounding(found.angle, found))} rad"),
        ("error ‖w̄ − w*‖", _short(_unless_rounding(found.error, found))),
        ("error bound", f"{error} (R5)"),
        ("support of ū", f"{size} of {n}: {listed(found.support) or idle(found.beta, found.lam)}"),
        ("gets near w*", f"with probability at least {_at_least(found)} (R6, uniform start)" if near else _UNKNOWN),
        ("residual", _short(found.residual)),
        ("stability margin", _short(found.margin)),
    ]


def idle(beta: Any, lam: Any) -> str:
    """Why u = S(w) is 0, and what follows."""
    return "λ is so large that the penalty does nothing: S(w) = 0" if beta and lam else "nothing couples w to u"


def _at_least(found: SparseLimit) -> str:
    """R6's probability, rounded down; where S moves something it is below 1, however close."""
    value = found.basin_probability
    if value >= 1 and found.beta and found.lam:
        value = 1 - sys.float_info.epsilon
    return _bound(value, ROUND_FLOOR)


def _bound(value: Any, rounding: str) -> str:
    """A bound >= 0 with six digits, rounded so that what is shown is a bound too."""
    if isinstance(value, float):
        exact = Fraction(value)
    else:
        mantissa, exponent = value.man_exp
        exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    rounded = Context(prec=6, rounding=rounding).divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return f"{float(rounded):.6g}"


def _unless_rounding(value: Any, found: SparseLimit) -> Any:
    """`value`, or 0 where the error of a float64 result is one of rounding."""
    return 0.0 if isinstance(found.error, float) and found.error < _ROUNDING else value


def _short(value: Any) -> str:
    from mpmath import mpf, nstr

    return nstr(value, 6) if isinstance(value, mpf) else f"{value:.6g}"


def _draw_map(plot: Path, w_star: Any, found: Any) -> None:
    from verify.commands.figures import draw_map

    if found is None:
        click.echo(f"not drawn  {plot}: there is no limit to draw", err=True)
        return
    draw_map(plot, w_star, found)
    click.echo(f"written    {plot}", err=True)


def _draw_phases(phases: Path, w_star: Any, where: dict[str, Any], settings: dict[str, Any]) -> None:
    from verify import phases as diagram
    from verify.cluster import executor
    from verify.commands.exits import terminable
    from verify.commands.figures import draw_phases
    from verify.commands.progress import display

    kappa, *here = (settings.pop(name) for name in ("kappa", "beta", "lam"))
    point = here[0], here[1]
    with terminable(), display("rows") as show, executor(**where) as executing:
        found = diagram.phases(w_star, kappa, point, settings, executing, show)
    draw_phases(phases, found, kappa, point, f"{settings['penalty']}, n = {len(w_star)}")
    click.echo(f"written    {phases}", err=True)
