"""`coarseproof learn`: run RVSCGD and hold where it ends against the limit predicted."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any, Final

import click
from click.core import ParameterSource

from verify.commands import options as common
from verify.commands.exits import INTERRUPTED
from verify.commands.options import NUMBER
from verify.commands.parameters import Parametrized, choices, of_choice, refuse_unused
from verify.extensions import named

_OF_ONE_RUN: Final = ("learn_v", "free", "gradient", "start", "record_every", "plot", "save", "resume")
_IDLE: Final = (
    ("--v, which gives the output weights", ("kappa", "units"), lambda options: options["v_path"] is not None),
    ("--gradient population", ("samples", "dataset"), lambda options: options["gradient"] == "population"),
    ("--gradient fresh", ("dataset",), lambda options: options["gradient"] == "fresh"),
    ("--starts", _OF_ONE_RUN, lambda options: options["starts"] is not None),
)
"""Options that would change nothing beside another one."""


def _refuse_idle(options: dict[str, Any]) -> None:
    """ValueError for an option on the command line that another one makes meaningless."""
    context = click.get_current_context()
    for other, names, idle in _IDLE:
        given = (name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
        for name in given if idle(options) else ():
            said = name.replace("_", "-") + ("" if options[name] is True else f" {options[name]}")
            raise ValueError(f"--{said} has no meaning with {other}; leave one of the two out")


@click.command(
    cls=Parametrized,
    epilog="""\b
Examples:
  coarseproof learn --weights w.npy --beta 1 --lam 0.1
  coarseproof learn --weights w.npy --beta 1 --lam 0.1 --penalty l0 --plot run.png
  coarseproof learn --weights w.npy --beta 1 --lam 0.1 --gradient fresh --eta 0.01
  coarseproof learn --weights w.npy --v v.csv --learn-v --beta 1 --lam 0.1
  coarseproof learn --weights w.npy --beta 1 --lam 0.1 --save run.npz
  coarseproof learn --weights w.npy --beta 1 --lam 0.1 --resume run.npz
  coarseproof learn --weights w.npy --beta 1 --lam 0.1 --penalty l0 --starts 1000

Without --v the output weights v = v* are spread evenly over --units hidden units so that the ReLU
estimator pulls with strength --kappa. Exit codes: 0 done, 2 usage, 74 a file or standard output that could
not be written, 130 interrupted (the state is in --save).""",
)
@common.WEIGHTS
@common.BETA
@common.LAM
@click.option("--penalty", default="l1", shell_complete=choices("penalty"), help="Sparsity penalty")
@click.option("--kappa", type=NUMBER, default="1", help="Strength κ of the pull, without --v.")
@common.count_option("--units", default=4, help="Hidden units, without --v.")
@common.file_option("--v", "v_path", help="True output weights v*.")
@click.option("--ste", default="relu", shell_complete=choices("ste"), help="Straight-through estimator")
@click.option("--eta", type=NUMBER, help="Step size η.  [default: near the fastest, 1/(α+β)]")
@click.option("--learn-v", is_flag=True, help="Learn v too, from a random start.")
@click.option("--free", is_flag=True, help="Do not normalize w after a step (claim R10).")
@click.option(
    "--gradient",
    type=click.Choice(["population", "fresh", "fixed"]),
    default="population",
    help="Exact, or from a fresh minibatch, or from one fixed data set.",
)
@common.count_option("--samples", default=256, help="Networks in a minibatch.")
@common.count_option("--dataset", help="Networks in the fixed data set.  [default: --samples]")
@common.file_option("--start", help="First w.  [default: random direction]")
@common.count_option("--seed", least=0, default=0, help="Of the start and the samples.")
@click.option("--tolerance", type=NUMBER, default="1e-12", help="Stop this close to the limit.")
@common.count_option("--max-steps", least=0, default=100_000, help="Stop after so many.")
@common.count_option("--record-every", default=1, help="Measure one step in so many.")
@common.NORMALIZE
@common.picture_option("--plot", help="Draw the run (.png, .svg, .pdf).")
@common.output_option("--save", help="Keep the last state (.npz).")
@common.file_option("--resume", exists=True, help="Go on from a state kept before.")
@common.count_option("--starts", help="Run from so many random starts; count the ends by the limits known.")
@common.JOBS
@common.SCHEDULER
@common.json_option("result")
def learn(**options: Any) -> None:
    """Run the iteration; compare it with the limit predicted.

    It is relaxed variable splitting coarse gradient descent.
    """
    common.one_thread()
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
    where = common.where(options["jobs"], options["scheduler"], "" if options["starts"] else "without --starts")
    if options["starts"]:
        _count_ends(options, where)
        return
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
    with common.told_at_last(runs.rows(result, predicted, w_star), json_path):
        if save is not None:
            with writing(save):
                result.state.save(save)
        if json_path is not None:
            common.write_document(json_path, runs.as_json(result, predicted, w_star, options))
        if plot is not None:
            from verify.commands.figures import draw_run

            draw_run(plot, result, predicted, runs.cap(predicted))
            click.echo(f"written    {plot}", err=True)


def _count_ends(options: dict[str, Any], where: dict[str, Any]) -> None:
    """Run from many random starts, and tell at which limits the runs end."""
    from numerics.geometry import length
    from verify import runs, starts
    from verify.cluster import executor
    from verify.commands.exits import terminable
    from verify.commands.limit import require_limit_map
    from verify.commands.progress import display

    require_limit_map(options["penalty"])
    w_star, v = runs.true_weights(options)
    problem = options["starts"], options["seed"], w_star / length(w_star), v, options
    with terminable(), display("groups of starts") as show, executor(**where) as executing:
        found = starts.ends(*problem, executing, show)
    with common.told_at_last(starts.rows(found), options["json_path"]):
        if options["json_path"] is not None:
            names = ("penalty", "beta", "lam", "ste", "seed", "parameters", "ste_parameters")
            document = starts.as_json(found, {name: options[name] for name in names})
            common.write_document(options["json_path"], document)
