"""`coarseproof learn`: run RVSCGD and hold where it ends against the limit predicted."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from verify.commands import options as common
from verify.commands.exits import INTERRUPTED
from verify.commands.options import NUMBER
from verify.commands.parameters import Parametrized, of_choice, refuse_unused
from verify.extensions import named

__all__ = ["learn"]


_IDLE: Final = (
    ("--v, which gives the output weights", ("kappa", "units"), lambda options: options["v_path"] is not None),
    ("--gradient population", ("samples", "dataset"), lambda options: options["gradient"] == "population"),
    ("--gradient fresh", ("dataset",), lambda options: options["gradient"] == "fresh"),
)
"""Options that would change nothing beside another one."""


def _refuse_idle(options: dict[str, Any]) -> None:
    """ValueError for an option on the command line that another one makes meaningless."""
    context = click.get_current_context()
    for other, names, given in _IDLE:
        said = (name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
        for name in said if given(options) else ():
            raise ValueError(f"--{name} {options[name]} has no meaning with {other}; leave one of the two out")


@click.command(
    cls=Parametrized,
    epilog="""\b
Examples:
  coarseproof learn --weights w.npy --beta 0.5 --lam 0.02
  coarseproof learn --weights w.npy --beta 0.5 --lam 0.02 --penalty l0 --plot run.png
  coarseproof learn --weights w.npy --beta 0.5 --lam 0.02 --gradient fresh --samples 4096 --eta 0.01 --max-steps 2000
  coarseproof learn --weights w.npy --v v.csv --learn-v --beta 0.5 --lam 0.02
  coarseproof learn --weights w.npy --beta 0.5 --lam 0.02 --save run.npz      and later: --resume run.npz
\b
Without --v the output weights v = v* are spread evenly over --units hidden units so that the ReLU
estimator pulls with strength --kappa. Exit codes: 0 done, 2 usage, 74 a file or standard output that could
not be written, 130 interrupted (the state is in --save).""",
)
@common.WEIGHTS
@common.BETA
@common.LAM
@click.option("--penalty", default="l1", show_default=True, help="l1, l0, tl1, mcp, scad, half, or an extension's.")
@click.option("--kappa", type=NUMBER, default="1", show_default=True, help="Strength κ of the pull, without --v.")
@click.option("--units", type=click.IntRange(min=1), default=4, show_default=True, help="Hidden units, without --v.")
@common.file_option("--v", "v_path", help="True output weights v*.")
@click.option("--ste", default="relu", show_default=True, help="Straight-through estimator.")
@click.option("--eta", type=NUMBER, help="Step size η.  [default: near the fastest, 1/(α+β)]")
@click.option("--learn-v", is_flag=True, help="Learn v too, from a random start.")
@click.option("--free", is_flag=True, help="Do not normalize w after a step (claim R10).")
@click.option(
    "--gradient",
    type=click.Choice(["population", "fresh", "fixed"]),
    default="population",
    show_default=True,
    help="Exact, or from a fresh minibatch, or from one fixed data set.",
)
@click.option("--samples", type=click.IntRange(min=1), default=256, show_default=True, help="Networks in a minibatch.")
@click.option("--dataset", type=click.IntRange(min=1), help="Networks in the fixed data set.")
@common.file_option("--start", help="First w.  [default: random direction]")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the start and the samples.")
@click.option("--tolerance", type=NUMBER, default="1e-12", show_default=True, help="Stop this close to the limit.")
@click.option("--max-steps", type=click.IntRange(min=0), default=100_000, show_default=True, help="Stop after so many.")
@click.option(
    "--record-every", type=click.IntRange(min=1), default=1, show_default=True, help="Measure one step in so many."
)
@common.NORMALIZE
@common.picture_option("--plot", help="Draw the run (.png, .svg).")
@common.output_option("--save", help="Keep the last state (.npz).")
@click.option(
    "--resume",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Go on from a state kept before.",
)
@common.json_option("result")
def learn(**options: Any) -> None:
    """Run relaxed variable splitting coarse gradient descent; compare with the limit predicted."""
    from numerics import LearningInterrupted
    from verify import runs
    from verify.commands.progress import run_display
    from verify.files import writing

    refuse_unused(ste=options["ste"], penalty=options["penalty"])
    for name, kind in (("ste_parameters", "ste"), ("parameters", "penalty")):
        options[name] = {key: float(value) for key, value in of_choice(kind, options[kind]).items()}
    _refuse_idle(options)
    options |= {name: float(value) for name, value in options.items() if isinstance(value, Fraction)}
    if named():
        from verify.build import require_used

        require_used(options["penalty"], options["ste"])
    plot, save, json_path = options["plot"], options["save"], options["json_path"]
    try:
        with run_display(options["max_steps"]) as show:
            result, w_star, v_star = runs.run(options, show)
    except LearningInterrupted as interruption:
        kept = "nothing was kept; --save FILE keeps the state"
        if save is not None:
            with writing(save):
                interruption.state.save(save)
            kept = f"go on with --resume {save}"
        click.echo(f"Interrupted after {interruption.state.step} steps; {kept}.", err=True)
        sys.exit(INTERRUPTED)
    predicted = runs.prediction(result, w_star, v_star, options)
    if save is not None:
        with writing(save):
            result.state.save(save)
    if json_path is not None:
        common.write_json(json_path, runs.as_json(result, predicted, w_star, options))
    if plot is not None:
        from verify.commands.limit_figures import draw_run

        draw_run(plot, result, predicted, runs.cap(predicted))
        click.echo(f"written    {plot}", err=True)
    if json_path is None or str(json_path) != "-":
        for name, value in runs.rows(result, predicted, w_star):
            click.echo(f"{name:18} {value}")
