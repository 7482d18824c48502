"""An extension whose map neither SymPy nor the solver finds: its threshold and its branch come with their proof.

p(u) = log(1 + |u|/ε). Where ρ ≤ ε² the objective F is convex on u ≥ 0, and its slope decides all; where ρ > ε² the map
jumps, at a threshold without a closed form: `domain` leaves that out.
"""

from sympy import Expr, Integer, Symbol, diff, limit, log, oo, sqrt, true

from proofs.engine.derivation import Obligation, vanishes
from proofs.engine.smt import follows
from proofs.penalty_forms import Penalty, Shape, add, size
from proofs.proximal import Branch, landing, objective
from proofs.symbols import ratio, u

eps = Symbol("eps", positive=True)
v = Symbol("v", nonnegative=True)
DOMAIN = ratio <= eps**2
GAP = 2 * ratio / (eps + size + sqrt((eps + size) ** 2 - 4 * ratio))


def convex(piece: Expr) -> list[Obligation]:
    """F'' = 1 + ρp'' ≥ 0 for u ≥ 0."""
    return [follows("F is convex on u ≥ 0", diff(objective(piece, v), v, 2) >= 0, [DOMAIN])]


def threshold(penalty: Penalty) -> list[Obligation]:
    """F'(0⁺) = ρ/ε − |x|: as F is convex, 0 is its minimizer exactly while this is ≥ 0."""
    piece = penalty.pieces[0][2]
    slope = limit(diff(objective(piece, v), v), v, 0, "+")
    return [*convex(piece), vanishes("F'(0⁺) − (threshold − |x|)", slope - (penalty.threshold - size))]


def branches(penalty: Penalty) -> list[Branch]:
    """Beyond it F' < 0 at 0⁺, and where it is 0 a convex F has its minimum."""
    root, piece = size - GAP, penalty.pieces[0][2]
    given = [DOMAIN, size > penalty.threshold]
    slope = diff(objective(piece, v), v).subs(v, root)
    return [
        Branch(
            root,
            true,
            (
                *convex(piece),
                follows("2√ρ ≤ ε + |x|: the root is real", (eps + size) ** 2 >= 4 * ratio, given),
                vanishes("slope there", slope),
                landing(root, Integer(0), oo, given),
            ),
        )
    ]


add(
    Penalty(
        "log-sum",
        "log-sum, p(u) = log(1 + |u|/ε), for ρ ≤ ε²",
        ((Integer(0), oo, log(1 + u / eps)),),
        threshold=ratio / eps,
        branches=((GAP, True),),
        parameters=(Shape(eps, Integer(1), "ε > 0"),),
        prove=branches,
        prove_threshold=threshold,
        domain=DOMAIN,
    )
)
