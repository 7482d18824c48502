"""What `coarseproof derive` writes: generated modules, the page's script, the formula book, the errata, as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import proofs
from proofs import extensions
from proofs.code.generate import EXTENSIBLE, modules, text_of
from proofs.code.javascript import CAPTIONED, SCRIPT, javascript
from proofs.code.targets import claims_behind, target_modules
from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.definitions import ProximalMap
from proofs.engine.derivation import Derivation
from proofs.engine.render import forms_of
from proofs.extensions import is_own
from proofs.penalties import map_id
from verify.evidence import Task, Verdict
from verify.reading.book import formula_book
from verify.reading.derivations import as_told, derivation_pages, errata_page
from verify.reading.mathml import mathml
from verify.workers import Callback, Executor, Piece, values

GENERATED = "numerics/generated"


def project_root() -> Path:
    """The checkout these packages are imported from; ValueError if they are installed without one."""
    root = Path(proofs.__file__).resolve().parent.parent
    if not (root / "pyproject.toml").is_file() or not (root / "numerics").is_dir():
        raise ValueError(
            f"{root} is not a checkout of coarseproof (no pyproject.toml beside numerics/); "
            "work in a clone installed with `pip install -e .`; `coarseproof derive` also takes --root DIR"
        )
    return root


def derive_outputs(progress: Callback | None = None, where: Executor | None = None) -> dict[str, str]:
    """Derive every claim, `where` others help or here, then the text of every output by path relative to the root.

    Raises ValueError if a derivation is not proved, for nothing is generated from a claim that does not hold, or if the
    generated code is carried out and does not compute what the claims state.
    """
    own = list(filter(is_own, proofs.all_claims()))
    told: list[Any] = []
    if where is not None and where.room() > 1:
        asked = [(), *((claim.id,) for claim in own)]  # nothing: the code
        told = values([Piece(__name__, Task("derive", ids, (), 9.0 / 9 ** len(ids))) for ids in asked], where, progress)
    with _carried_out(zip(own, told[1:], strict=True)) if told else nullcontext():
        for claim in own:
            require_proved(claim)
        texts, page = told[0] if told else _code()
        generated = {f"{GENERATED}/{name}": text for name, text in texts.items()}
        pages = formula_book(generated) | derivation_pages() | {"docs/errata.md": errata_page(), SCRIPT: page}
    return generated | pages


@contextmanager
def _carried_out(told: Iterable[tuple[Claim, Derivation]]) -> Iterator[None]:
    """Meanwhile derivations are those told by other processes: without expressions, so that nobody may keep them."""
    registry.CARRIED_OUT.update((claim.id, chain) for claim, chain in told)
    registry.derive.cache_clear()
    try:
        yield
    finally:
        registry.CARRIED_OUT.clear()
        registry.derive.cache_clear()


def run(task: Task) -> Any:
    """The derivation of a claim as it is told, or the code."""
    return as_told(*task.claim_ids) if task.claim_ids else _code()


def _code() -> tuple[dict[str, str], str]:
    """The generated modules, found right, and the page's script."""
    texts = modules()
    _require_right(texts, filter(is_own, proofs.all_claims()))
    return texts, script()


def _require_right(texts: Mapping[str, str], claims: Iterable[Claim]) -> None:
    from verify.generated.route import require_right  # NumPy and SciPy: which pages and derivations can do without

    require_right(texts, claims)


def script() -> str:
    """Text of the script that the interactive page computes with; its captions are the forms that code comes from."""
    return javascript({name: mathml(forms_of(registry.get(name))[0], display=True) for name in CAPTIONED})


def require_proved(claim: Claim, so: str = "nothing is written") -> None:
    """Raise ValueError naming the step, and what follows, unless the derivation of `claim` is proved."""
    decided = proofs.proved(claim.id)
    if decided is not True:
        chain = registry.derive(claim.id)
        ended = "no conclusion" if chain.decided is not True else "what it rests on"
        open_step = next((step.name for step in chain.steps if step.decided is not True), ended)
        word = "refuted" if decided is False else "undecided"
        raise ValueError(
            f"claim {claim.id} is {word} at step {open_step!r}, so {so}; "
            f"see `coarseproof claims {claim.id}`{_witness(claim)}"
        )


def _witness(claim: Claim) -> str:
    """Where a proximal map that was declared minimizes nothing, in numbers."""
    if is_own(claim) or not isinstance(claim.definition, ProximalMap):
        return ""
    from verify.configurations import configurations
    from verify.precision.route import check, points_for

    found = check(claim, points_for(claim, configurations("quick", 1)))
    return f". In numbers: {found.detail}" if found.verdict is Verdict.REFUTED else ""


def require_used(penalty: str, ste: str) -> None:
    """Raise ValueError unless what an extension declares of a penalty and of an estimator, by name, is proved."""
    for claim in proofs.all_claims():
        about = claim.id == map_id(penalty) or getattr(claim.definition, "estimator", None) == ste
        if about and not is_own(claim):
            require_proved(claim, "it is not run")


def _require_all(claims: Sequence[Claim], progress: Callback) -> None:
    """As `require_proved`, one claim after the other."""
    for number, claim in enumerate(claims):
        progress(number, len(claims), number / len(claims), f"derive {claim.id}")
        require_proved(claim)
    progress(len(claims), len(claims), 1.0, "concluding")


def extension_outputs(progress: Callback) -> dict[str, str]:
    """Text of the generated modules with the functions of the extensions in them, by file name.

    Raises ValueError without extensions, if a claim about one of them is not proved, or if the code computes something
    else than the claims state.
    """
    if not extensions.LOADED:
        raise ValueError(
            f"no extension is named: set {extensions.VARIABLE} to its module's name, or leave --output out to derive "
            "this project's own code"
        )
    foreign = [claim for claim in proofs.all_claims() if not is_own(claim)]
    foreign.sort(key=lambda claim: not isinstance(claim.definition, ProximalMap))  # the others cite it
    _require_all(foreign, progress)
    package = '"""Code written by `coarseproof derive --output`. Do not edit."""\n'
    texts = {name: text_of(name, own=False) for name in EXTENSIBLE}
    _require_right(texts, foreign)
    return {"__init__.py": package, **texts}


def target_outputs(target: str, progress: Callback) -> dict[str, str]:
    """Text of the modules for another library, by file name.

    Raises ValueError if a claim behind them is not proved, or if NumPy's, of which they are, compute something else.
    """
    behind = [registry.get(claim_id) for claim_id in dict.fromkeys(claims_behind())]
    _require_all(behind, progress)
    _require_right(modules(), behind)
    return target_modules(target)


def stale_files(root: Path, wanted: Collection[str]) -> list[str]:
    """Modules below numerics/generated that are not among the outputs `wanted`, by path relative to `root`."""
    found = (path.relative_to(root).as_posix() for path in (root / GENERATED).glob("*.py"))
    return sorted(name for name in found if name not in wanted)
