"""What options of several commands have in common."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from rich.console import Console

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,15})?", re.ASCII)

_EXPONENTS: Final = 400
"""Decimal exponents beyond this are beyond float64."""

_COLLECTING: Final = "verify.commands.options.collecting"

_PATHS: Final = "verify.commands.options.paths"

_IN_PLACE: Final = {"--resume", "--save"}
"""A run may go on in the file it comes from."""

_WIDTH, _NARROWEST = 120, 60
"""Columns where nothing says how many there are (a file, a pipe), and the least that hold an id and a verdict."""


def rational(text: str) -> Fraction:
    """The decimal, or the ratio of two, as the rational it denotes; ValueError, which says why, if it is none.

    So it is for what float64 cannot hold even roughly: numbers beyond its range, and nonzero ones that would become 0.
    """
    try:
        found = Fraction(*map(_decimal, text.strip().split("/", 1)))
        rounded = float(found)
    except ZeroDivisionError:
        raise ValueError("is not a number") from None
    except OverflowError:
        raise ValueError("is not finite in float64") from None
    if found and not rounded:
        raise ValueError("is nonzero but 0 in float64")
    return found


def _decimal(text: str) -> Fraction:
    if not _DECIMAL.fullmatch(text):
        infinite = text.lower().lstrip("+-") in {"nan", "inf", "infinity"}
        raise ValueError("is not finite" if infinite else "is not a number")
    if "e" in text.lower():  # making a Fraction of 1e999999999 takes forever
        value = Decimal(text)
        if value and abs(value.adjusted()) > _EXPONENTS:
            raise ValueError("is not finite in float64" if value.adjusted() > 0 else "is nonzero but 0 in float64")
        return Fraction(text) if value else Fraction(0)
    return Fraction(text)


class _Number(click.ParamType):  # type: ignore[type-arg]  # generic in some versions of click only
    """A decimal or a fraction, kept as the rational it denotes: with --digits 0.1 is one tenth."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        try:
            return value if isinstance(value, Fraction) else rational(str(value))
        except ValueError as error:
            said = str(error) if "float64" in str(error) else "is not a finite number such as 0.5 or 1/3"
            self.fail(f"{value!r} {said}", param, ctx)


NUMBER: Final = _Number()


def width() -> int:
    """Columns to write in: of COLUMNS or of the terminal, if that makes sense."""
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns)


def console(*, stderr: bool = False) -> Console:
    """A console that no COLUMNS, LINES or pipe makes too narrow to read."""
    from rich.console import Console

    class Told(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704  (inside the handler; rich would exit with 1, which is a verdict here)

    return Told(stderr=stderr, highlight=False, width=width(), height=24)


def write_document(path: Path, document: str | dict[str, Any]) -> None:
    """For programs, as UTF-8 whatever the terminal has: to standard output for "-", else as `write_atomically`."""
    from verify.files import write_atomically

    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if str(path) == "-":
        click.echo(text.encode(), nl=False)
    else:
        write_atomically(path, text)


@contextmanager
def at_last(tell: Callable[[], None]) -> Iterator[None]:
    """Tell the result when the files are written inside; before the error, if one could not be: nobody loses a result
    over a file.
    """
    trouble: Exception | None = None
    try:
        yield
    except Exception as error:  # it is raised after the result, whatever it is
        trouble = error
    tell()
    if trouble is not None:
        raise trouble


def told_at_last(
    rows: Iterable[tuple[str, str]], json_path: Path | None, details: Iterable[str] = ()
) -> AbstractContextManager[None]:
    """As `at_last`, of a result in rows with indented details; nothing if its JSON goes to standard output."""

    def tell() -> None:
        for line in (*(f"{name:18} {value}" for name, value in rows), *(f"  {line}" for line in details)):
            click.echo(line)

    return nullcontext() if str(json_path) == "-" else at_last(tell)


class ManyValues(click.Command):
    """A command without arguments of its own, whose `--only` takes all up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words, with `--only` before each of its values."""
        spread: list[str] = []
        collecting = False
        for position, word in enumerate(args):
            if word.startswith("-") and word != "-":
                collecting = word == "--only" or word.startswith("--only=")
            elif collecting and args[position - 1] != "--only":
                spread.append("--only")
            spread.append(word)
        ctx.meta[_COLLECTING] = collecting
        return super().parse_args(ctx, spread)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Behind `--only` and its first values another value, else what any command has."""
        if ctx.meta.get(_COLLECTING) and not incomplete.startswith("-"):
            only = next(one for one in self.get_params(ctx) if one.name == "only")
            return only.shell_complete(ctx, incomplete)
        return super().shell_complete(ctx, incomplete)


def split_names(values: Sequence[str], example: str = "claim; give ids, e.g. --only C3 N1") -> tuple[str, ...]:
    """`C3,N1` and repeated options alike; naming nothing must not come to mean "all"."""
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    if values and not names:
        raise ValueError(f"--only names no {example}")
    return names


def cpus() -> int:
    """CPUs this process may use."""
    count = getattr(os, "process_cpu_count", None)
    if count is None and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return (count or os.cpu_count)() or 1


def one_thread() -> None:
    """One thread for linear algebra, unless the environment says more: to start others takes longer than they save.
    NumPy asks once, when it is imported.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def where(jobs: int | None, scheduler: str | None, idle: str = "") -> dict[str, Any]:
    """The arguments of `executor`; ValueError for one that changes nothing, as both do if `idle` says when."""
    for name, given in (("jobs", jobs), ("scheduler", scheduler)):
        if idle and given is not None:
            raise ValueError(f"--{name} {given} has no meaning {idle}")
    if jobs is not None and scheduler is not None:
        raise ValueError(f"--jobs {jobs} has no meaning with --scheduler, whose workers say how many they are")
    return {"jobs": jobs or cpus(), "scheduler": scheduler}


def keep_apart(ctx: click.Context, param: click.Parameter, *paths: Path, written: bool = True) -> None:
    """ValueError if what an option writes is what another one reads or writes, or would be a folder and a file."""
    known: list[tuple[str, bool, Path]] = ctx.meta.setdefault(_PATHS, [])
    for path in paths:
        here = Path(os.path.realpath(path))
        for option, changed, there in known if path.is_file() or not path.exists() else ():
            same = here == there or here in there.parents or there in here.parents
            if same and (written or changed) and {option, param.opts[0]} != _IN_PLACE:
                raise ValueError(f"{option} and {param.opts[0]} both name {path}; give one of them another name")
    known += [(param.opts[0], written, Path(os.path.realpath(path))) for path in paths]


def file_option(*names: str, exists: bool = False, **settings: Any) -> Any:
    """An option that names a file to be read."""

    def read(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
        if path is not None:
            keep_apart(ctx, param, path, written=False)
        return path

    kind = click.Path(path_type=Path, exists=exists, dir_okay=not exists)
    return click.option(*names, metavar="FILE", type=kind, **({"callback": read} | settings))


def count_option(*names: str, least: int = 1, **settings: Any) -> Any:
    """An option for a whole number."""
    return click.option(*names, type=click.IntRange(min=least), **settings)


def only_option(metavar: str, things: str, **settings: Any) -> Any:
    """The option `--only`, for `ManyValues` and `split_names`."""
    return click.option("--only", metavar=f"{metavar} ...", multiple=True, help=f"Only these {things}.", **settings)


def claim_ids(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For the shell: the ids that begin so, with titles; none where the extra `verify` is not installed."""
    if find_spec("sympy") is None:
        return []
    import proofs

    known = (claim for claim in proofs.all_claims() if claim.id.startswith(incomplete))
    return [CompletionItem(claim.id, help=claim.title) for claim in known]


def output_option(*names: str, suffixes: Sequence[str] = (), **settings: Any) -> Any:
    """An option for a file to be written, or - for standard output; refused before the work and not after it."""

    def writable(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
        from verify.files import check_writable

        if path is None:
            return None
        if suffixes and path.suffix.lower() not in suffixes:
            raise ValueError(f"cannot draw {path}: the name must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}")
        if suffixes and not ctx.resilient_parsing and find_spec("matplotlib") is None:
            raise ModuleNotFoundError(name="matplotlib")  # before the work, too
        if str(path) != "-" and not ctx.resilient_parsing:
            check_writable(path)
        keep_apart(ctx, param, path)
        return path

    return click.option(
        *names, metavar="FILE", type=click.Path(path_type=Path, allow_dash=True), callback=writable, **settings
    )


def picture_option(*names: str, **settings: Any) -> Any:
    """An option for a picture."""
    return output_option(*names, suffixes=(".png", ".svg", ".pdf"), **settings)


def json_option(what: str) -> Any:
    """The option `--json`."""
    return output_option("--json", "json_path", help=f"Write the {what} as JSON; - for standard output.")


def _or_example(ctx: click.Context, param: click.Parameter, path: Path) -> Path:
    if str(path) == "example":
        return Path(__file__).with_name("example-weight.csv")
    keep_apart(ctx, param, path, written=False)
    return path


WEIGHTS: Final = file_option(
    "--weights",
    "weights_path",
    required=True,
    callback=_or_example,
    help='The true weight w*: a .npy, .csv or .json file, or "example", which comes along.',
)
JOBS: Final = count_option("--jobs", help="Worker processes.  [default: the CPUs]")
SCHEDULER: Final = click.option(
    "--scheduler", metavar="ADDRESS", help="Work on a Dask cluster instead: tcp://host:8786, say."
)
BETA: Final = click.option("--beta", type=NUMBER, required=True, help="Strength β of the coupling ‖w − u‖²/2.")
LAM: Final = click.option("--lam", type=NUMBER, required=True, help="Weight λ of the penalty.")
NORMALIZE: Final = click.option("--normalize", is_flag=True, help="Divide w* by its norm first.")
