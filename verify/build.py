"""What `coarseproof derive` writes: generated modules, the formula book and the errata, as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import proofs
from proofs import claim as registry
from proofs.claim import Claim
from proofs.generate import modules
from verify.book import formula_book
from verify.errata import errata_page

__all__ = ["GENERATED", "derive_outputs", "project_root", "require_proved", "stale_files"]

GENERATED = "numerics/generated"

Progress = Callable[[str], None]


def project_root() -> Path:
    """The checkout these packages are imported from; ValueError if they are installed without one."""
    root = Path(proofs.__file__).resolve().parent.parent
    if not (root / "pyproject.toml").is_file() or not (root / "numerics").is_dir():
        raise ValueError(
            f"{root} is not a checkout of coarseproof (no pyproject.toml beside numerics/); "
            "work in a clone installed with `pip install -e .`, or pass --root DIR"
        )
    return root


def derive_outputs(progress: Progress = lambda name: None) -> dict[str, str]:
    """Derive every claim, then the text of every output by path relative to the root.

    Raises ValueError if a derivation is not proved: nothing is generated from a claim that does not hold.
    """
    for claim in proofs.all_claims():
        progress(claim.id)
        require_proved(claim)
    generated = {f"{GENERATED}/{name}": text for name, text in modules().items()}
    return generated | formula_book() | {"docs/errata.md": errata_page()}


def require_proved(claim: Claim) -> None:
    """Raise ValueError naming the step unless the derivation of `claim` is proved."""
    decided = registry.proved(claim.id)
    if decided is not True:
        chain = registry.derive(claim.id)
        ended = "no conclusion" if chain.decided is not True else "what it rests on"
        open_step = next((step.name for step in chain.steps if step.decided is not True), ended)
        word = "refuted" if decided is False else "undecided"
        raise ValueError(
            f"claim {claim.id} is {word} at step {open_step!r}, so nothing is written; "
            f"see `coarseproof claims {claim.id}`"
        )


def stale_files(root: Path) -> list[Path]:
    """Modules below numerics/generated that no claim generates any more."""
    wanted = {f"{GENERATED}/{name}" for name in modules()}
    folder = root / GENERATED
    found = sorted(folder.glob("*.py")) if folder.is_dir() else []
    return [path for path in found if path.relative_to(root).as_posix() not in wanted]
