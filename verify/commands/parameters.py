"""Options for the parameters of estimators and penalties, an extension's included: made from their declarations.

A parameter `tau` has the option `--tau`, shared by all that declare it. Where the command has an option of that name
already, it is `--ste-tau` for estimators and `--penalty-tau` for penalties.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from verify.commands.options import NUMBER
from verify.extensions import named

KINDS: Final = {"ste": "estimator", "penalty": "penalty"}

_TABLES: Final = {"ste": ("estimators", "PARAMETERS"), "penalty": ("penalties", "PENALTY_PARAMETERS")}
_GIVEN: Final = "verify.commands.parameters"

Table = Mapping[str, Mapping[str, tuple[float, str]]]


@dataclass(frozen=True)
class Owner:
    """An estimator or penalty that has a parameter, with its default and its domain."""

    kind: str
    name: str
    default: float
    domain: str


@cache
def table(kind: str) -> Table:
    """The parameters of every "ste" or "penalty", from the generated module.

    Without extensions it is read from the module's text: `--help` need not wait for NumPy.
    """
    module, variable = _TABLES[kind]
    if named():
        found: Table = getattr(import_module(f"numerics.generated.{module}"), variable)
        return found
    folder = Path(find_spec("numerics").origin).with_name("generated")  # type: ignore[union-attr, arg-type]
    tree = ast.parse((folder / f"{module}.py").read_text(encoding="utf-8"))
    named_so = (node for node in tree.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == variable)
    return ast.literal_eval(next(named_so).value)  # type: ignore[arg-type]


def choices(kind: str, among: Sequence[str] = ()) -> Any:
    """For the shell: every "ste" or "penalty" that begins so, or those `among` them."""
    return lambda ctx, param, incomplete: [name for name in among or table(kind) if name.startswith(incomplete)]


class Parametrized(click.Command):
    """A command with an option for every parameter.

    Shown are those that mean something to it: of `kinds`, and of estimators and penalties with these `names`, if there
    are any. The others are known all the same, so that `refuse_unused` can say whose they are.
    """

    def __init__(self, *args: Any, kinds: Sequence[str] = tuple(KINDS), names: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self._kinds, self._names = kinds, names

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own, which say what there is to choose from, then those of parameters."""
        own = super().get_params(ctx)
        if not hasattr(self, "_made"):
            taken = {word for parameter in own for word in (*parameter.opts, *parameter.secondary_opts)}
            self._made = [self._option(word, name, owners) for word, (name, owners) in _options(taken).items()]
            for one in own:
                if isinstance(one, click.Option) and one.name in KINDS and not isinstance(one.type, click.Choice):
                    one.help = f"{one.help}: {', '.join(self._names or table(one.name))}."
        return [*own, *self._made]

    def _option(self, word: str, name: str, owners: list[Owner]) -> click.Option:
        def keep(ctx: click.Context, _: click.Parameter, value: Fraction | None) -> None:
            if value is not None:
                ctx.meta.setdefault(_GIVEN, {})[word] = (name, value, owners)

        meant = [one for one in owners if one.kind in self._kinds and (not self._names or one.name in self._names)]
        each = (f"{KINDS[one.kind]} {one.name} ({one.domain}, default {one.default:g})" for one in meant)
        said = f"Parameter of the {'; '.join(each)}."
        known: dict[str, Any] = {"type": NUMBER, "help": said, "expose_value": False, "callback": keep}
        return click.Option([f"parameter{word.replace('-', '_')}", word], hidden=not meant, **known)


def _having(owners: Sequence[Owner]) -> str:
    return f"it is a parameter of {', '.join(f'the {KINDS[owner.kind]} {owner.name}' for owner in owners)}"


def _options(taken: set[str]) -> dict[str, tuple[str, list[Owner]]]:
    """By option: the parameter, and whose it is."""
    found: dict[str, tuple[str, list[Owner]]] = {}
    for kind in KINDS:
        for owner, known in table(kind).items():
            for name, (default, domain) in known.items():
                plain = name.replace("_", "-")
                word = f"--{kind}-{plain}" if f"--{plain}" in taken else f"--{plain}"
                found.setdefault(word, (name, []))[1].append(Owner(kind, owner, default, domain))
    return found


def given() -> dict[str, tuple[str, Fraction, list[Owner]]]:
    """By option on the command line: the parameter, its value, and whose it is."""
    return click.get_current_context().meta.get(_GIVEN, {})


def of_choice(kind: str, choice: str) -> dict[str, Fraction]:
    """The parameters given for the chosen estimator ("ste") or penalty; ValueError for a bad choice or value."""
    from numerics.arguments import check_parameters

    chosen = (kind, choice)
    every = given().values()
    mine = {name: value for name, value, owners in every if any((one.kind, one.name) == chosen for one in owners)}
    floats: dict[str, Any] = {name: float(value) for name, value in mine.items()}
    check_parameters(choice, floats, table(kind), kind)
    return mine


def refuse_unused(**choices: str) -> None:
    """ValueError naming the first option on the command line that none of the choices has as its parameter."""
    for word, (_, value, owners) in given().items():
        if not any(choices.get(owner.kind) == owner.name for owner in owners):
            chosen = " and ".join(f"--{kind} {choice}" for kind, choice in choices.items())
            raise ValueError(f"{word} {float(value)} has no meaning for {chosen}; {_having(owners)}")


def of_claims(only: Sequence[str]) -> dict[str, tuple[str, float]]:
    """By option given: the parameter and its value, at which the claims of `only` (all if empty) about its owners hold.

    ValueError for a value outside the domain of one of these owners, and if there is no such claim. Claims about the
    iteration are none: their runs have parameters of their own.
    """
    pins = {}
    for word, (name, value, owners) in given().items():
        from numerics.arguments import check_parameters

        about = [owner for owner in owners if _is_about(owner, only)]
        if not about:
            without = "and no claim of this run is checked at points that have it"
            raise ValueError(f"{word} {float(value)} has no meaning here: {_having(owners)}, {without}")
        for owner in about:
            check_parameters(owner.name, {name: float(value)}, table(owner.kind), owner.kind)
        pins[word] = (name, float(value))
    return pins


def _is_about(owner: Owner, only: Sequence[str]) -> bool:
    """Whether a claim of the run is stated for the owner, at points drawn."""
    import proofs
    from proofs.engine.definitions import PenaltyLimit, Splitting
    from verify.minimizer import penalty_of
    from verify.suite import select

    for claim in select(proofs.all_claims(), only):
        penalty = penalty_of(claim.definition)
        named = {"ste": getattr(claim.definition, "estimator", ""), "penalty": penalty.name if penalty else ""}
        if named[owner.kind] == owner.name and not isinstance(claim.definition, PenaltyLimit | Splitting):
            return True
    return False
