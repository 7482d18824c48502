"""Extensions: a user's own estimators and penalties, declared in Python modules outside this package.

An extension is a module that, when imported, passes `Estimator`s to `proofs.proxies.add` or `Penalty`s to
`proofs.penalty_forms.add`. Its name stands in the environment variable COARSEPROOF_EXTENSIONS (several are separated by
commas), or is the value of an entry point of the group "coarseproof.extensions". Extensions are imported before the
claims are made, so that theirs are made with all others, in every process. What this package writes of itself
(generated code, formula book) is the same with extensions and without.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from proofs.penalty_forms import PENALTIES, Penalty
from proofs.proxies import ESTIMATORS, Estimator

__all__ = ["GROUP", "LOADED", "VARIABLE", "ExtensionError", "check", "estimators", "is_own", "named", "penalties"]

if TYPE_CHECKING:
    from proofs.engine.claim import Claim

VARIABLE: Final = "COARSEPROOF_EXTENSIONS"
GROUP: Final = "coarseproof.extensions"

_OWN_ESTIMATORS: Final = frozenset(ESTIMATORS)
_OWN_PENALTIES: Final = frozenset(PENALTIES)


class ExtensionError(ValueError):
    """An extension that was named cannot be imported."""


def named() -> Iterator[tuple[str, str]]:
    """(module, who names it) of every extension, each module once."""
    asked = [(word.strip(), VARIABLE) for word in os.environ.get(VARIABLE, "").split(",")]
    asked += [(entry.module, f"the entry point {entry.name!r}") for entry in entry_points(group=GROUP)]
    seen = set()
    for module, origin in asked:
        if module and module not in seen:
            seen.add(module)
            yield module, origin


def _load() -> tuple[str, ...]:
    """Import the extensions; ExtensionError says which cannot be, why, and what to do."""
    loaded = []
    for module, origin in named():
        try:
            import_module(module)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ExtensionError(
                f"extension {module!r}, named by {origin}, cannot be imported ({reason}); correct it, install it or "
                f"put its folder on PYTHONPATH, or take it out of {origin}"
            ) from error
        loaded.append(module)
    return tuple(loaded)


LOADED: Final = _load()
"""The extensions of this process."""


def check() -> None:
    """ExtensionError for a claim of an extension whose derivation is no graph of facts, with the name of the line."""
    from proofs.engine.claim import all_claims, derive

    for claim in all_claims() if LOADED else ():
        if (module := claim.function.__module__).partition(".")[0] == __name__.partition(".")[0]:
            continue
        try:
            chain = derive(claim.id)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ExtensionError(f"claim {claim.id!r} of extension {module!r} cannot be derived ({reason})") from error
        wrong = f"nothing but words joins {chain.words[0]!r} to what is before it" if chain.words else ""
        if wrong or not chain.concluded:
            wrong = wrong or "its derivation does not end at its statement"
            raise ExtensionError(
                f"claim {claim.id!r} of extension {module!r}: {wrong}; let each line be computed, owe that it is the "
                "one before, or be a fact of a `Graph`"
            )


def estimators(own: bool) -> list[Estimator]:
    """The estimators of this package, or all of them, those of extensions last."""
    return [proxy for name, proxy in ESTIMATORS.items() if not own or name in _OWN_ESTIMATORS or not LOADED]


def penalties(own: bool) -> list[Penalty]:
    """The penalties of this package, or all of them, those of extensions last."""
    return [penalty for name, penalty in PENALTIES.items() if not own or name in _OWN_PENALTIES or not LOADED]


def is_own(claim: Claim) -> bool:
    """Whether a claim is this package's: not about something an extension declares, nor declared by one."""
    definition = claim.definition
    if LOADED and claim.function.__module__.partition(".")[0] != __name__.partition(".")[0]:
        return False
    foreign = [penalty for penalty in PENALTIES.values() if penalty not in penalties(own=True)]
    if any(getattr(definition, "penalty", None) in (other.name, other.on_reals) for other in foreign):
        return False
    proxy = getattr(definition, "estimator", "")
    return proxy not in ESTIMATORS or any(known.name == proxy for known in estimators(own=True))
