"""Where the literature's printed statements fail or hide a condition, each with an exact witness.

An entry names the claim that shows the right statement; its witness is evaluated here once more, from the formulas at
explicit vectors, and every line of it is an obligation. What is not decided is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Expr, Integer, Matrix, Rational, pi, sqrt

from proofs.engine.claim import get
from proofs.engine.derivation import Obligation, coefficient, holds, vanishes
from proofs.engine.render import latex_of
from proofs.engine.residual import in_basic_quantities
from proofs.symbols import e, m, ones, r, sum_v, sum_vs, theta, v, v_star, v_v, v_vs, vs_vs, w_hat

_ONE = Integer(1)


@dataclass(frozen=True)
class Line:
    """One line of a witness: what it says, the exact value in LaTeX or None, and what was owed for it."""

    text: str
    value: Expr | None
    owed: tuple[Obligation, ...]

    @property
    def shown(self) -> bool:
        """Whether every obligation is proved."""
        return bool(self.owed) and all(obligation.decision.zero is True for obligation in self.owed)


@dataclass(frozen=True)
class Erratum:
    """A printed statement and what is wrong with it; `claims` are the claims that show it."""

    where: str
    printed: str
    fault: str
    right: str
    claims: tuple[str, ...]
    witness: Callable[[], Sequence[Line]]


def _invariants(weights: Matrix, star: Matrix) -> dict[Expr, Expr]:
    """Values of the invariants of (v, v*)."""
    return {
        m: Integer(len(weights)),
        v_v: weights.dot(weights),
        v_vs: weights.dot(star),
        vs_vs: star.dot(star),
        sum_v: sum(weights),
        sum_vs: sum(star),
    }


def _entries(form: Expr, weights: Matrix, star: Matrix) -> list[Expr]:
    """Entries of a vector over (v, v*, 1)."""
    basic = in_basic_quantities(form)
    return [
        coefficient(basic, v) * x + coefficient(basic, v_star) * y + coefficient(basic, ones)
        for x, y in zip(weights, star, strict=True)
    ]


def _at(form: Expr, weights: Matrix, star: Matrix, angle: Expr, size: Expr = _ONE) -> Expr:
    """A scalar form at explicit weights, an angle and a norm of w."""
    return in_basic_quantities(form).subs(_invariants(weights, star)).subs({theta: angle, r: size})


def _best_weights(star: Matrix, angle: Expr) -> Matrix:
    """v(θ) of N4, as an explicit vector."""
    form = get("N4").as_printed.subs({m: len(star), sum_vs: sum(star), theta: angle})
    return Matrix(_entries(form, star, star))


def _norm(entries: Sequence[Expr]) -> Expr:
    return sqrt(sum(entry**2 for entry in entries))


def _no_lipschitz_constant() -> list[Line]:
    """N3 at two mirrored filters: its vector e computed from w and w* alone."""

    def gradient(w: Matrix) -> Matrix:
        across = (star - w.dot(star) * w) / sqrt(1 - w.dot(star) ** 2)
        return coefficient(get("N3").formula, e).subs({v_vs: 1, r: 1}) * across

    lines, star = [], Matrix([1, 0])
    for sine in (Rational(1, 10), Rational(1, 1000)):
        cosine = sqrt(1 - sine**2)
        one, other = Matrix([cosine, sine]), Matrix([cosine, -sine])
        change = gradient(one) - gradient(other)
        quotient = sqrt(change.dot(change) / (one - other).dot(one - other))
        owed = (vanishes("quotient − cot ε/(2π)", quotient - cosine / sine / (2 * pi)),)
        lines.append(Line(rf"$\sin\varepsilon={latex_of(sine)}$: quotient of the differences", quotient, owed))
    return lines


def _constant_needs_filter() -> list[Line]:
    """C3, N2 and C6 at m = 1, v* = 1, v = ½, θ = π/2."""
    weights, star = Matrix([Rational(1, 2)]), Matrix([1])
    lines = []
    for size in (Integer(1), Integer(1000)):
        coarse = in_basic_quantities(get("C3").formula)
        square = sum(_at(coefficient(coarse, basis), weights, star, pi / 2, size) ** 2 for basis in (w_hat, e))
        slope = _entries(get("N2").formula, weights, star)[0].subs(_invariants(weights, star)).subs(theta, pi / 2)
        inner = _at(get("C6.relu").formula, weights, star, pi / 2, size)
        quotient = square / (slope**2 + inner)
        owed = (vanishes("quotient − √(π/2)‖w‖", quotient - sqrt(pi / 2) * size),)
        lines.append(Line(rf"$\|w\|={latex_of(size)}$: quotient", quotient, owed))
    return lines


def _spurious_is_global() -> list[Line]:
    star = Matrix([1, -1])
    weights = _best_weights(star, pi)
    loss = _at(get("N1").formula, weights, star, pi)
    return [
        Line(r"$v(\pi)=-v^*$", None, tuple(vanishes("v(π) + v*", x) for x in weights + star)),
        Line(r"$f(v(\pi),w)$ at $\theta=\pi$", loss, (vanishes("f", loss),)),
    ]


def _zero_beyond() -> list[Line]:
    star = Matrix([1, 1])
    weights = _best_weights(star, pi)
    coarse = in_basic_quantities(get("C3").formula)
    parts = [_at(coefficient(coarse, basis), weights, star, pi) for basis in (w_hat, e)]
    slope = [x.subs(_invariants(weights, star)).subs(theta, pi) for x in _entries(get("N2").formula, weights, star)]
    bound = Rational(1, 2) * (len(star) + 1) * star.dot(star)
    return [
        Line(r"$v(\pi)$, each entry", weights[0], (vanishes("v(π) − ⅓", weights[0] - Rational(1, 3)),)),
        Line(r"$\|\partial f/\partial v\|$", _norm(slope), tuple(vanishes("entry of ∂f/∂v", x) for x in slope)),
        Line(r"$\|G_{\mathrm{relu}}\|$", _norm(parts), tuple(vanishes("component of G_relu", x) for x in parts)),
        Line(
            r"$(1^\top v^*)^2-\tfrac12(m+1)\|v^*\|^2$, at most 0 exactly if $(v(\pi),\pi)$ is critical for the loss",
            sum(star) ** 2 - bound,
            (holds("it is > 0", sum(star) ** 2 > bound),),
        ),
    ]


ERRATA: tuple[Erratum, ...] = (
    Erratum(
        "[Y], Lemma 3",
        r"The population gradient is Lipschitz between *any* two points at which it exists, with $\|w\|\ge c_w$ and "
        r"$\|v\|\le C_v$.",
        r"False: the unit vector $e$ of $\partial f/\partial w$ jumps by 2 across $\theta=0$. With $v^\top v^*=1$, "
        r"$w^*=(1,0)$, $w=(\cos\varepsilon,\sin\varepsilon)$ and $w'=(\cos\varepsilon,-\sin\varepsilon)$ the quotient "
        r"is $\cot\varepsilon/(2\pi)$.",
        r"A constant exists where $\theta\in[\theta_0,\pi-\theta_0]$, and depends on $\theta_0$.",
        ("N6.printed", "N6"),
        _no_lipschitz_constant,
    ),
    Erratum(
        "[Y], (12)",
        r"$\|G_{\mathrm{relu}}\|^2\le A\,(\|\partial f/\partial v\|^2+\langle G_{\mathrm{relu}},\partial f/\partial w"
        r"\rangle)$ with a constant $A$ that depends on the bound on $\|v\|$ only.",
        r"$A$ must grow with $\|w\|$: with $m=1$, $v^*=1$, $v=\tfrac12$, $\theta=\pi/2$ the quotient of the two sides "
        r"is $\sqrt{\pi/2}\,\|w\|$.",
        r"It holds with $A=2C_v^2/\pi+\sqrt{\pi/2}\,\|w\|$, and neither coefficient can be smaller.",
        ("C7.printed", "C7"),
        _constant_needs_filter,
    ),
    Erratum(
        "[Y], Proposition 1",
        r"The points $\theta=\pi$, $v=v(\pi)$ are spurious local minima wherever "
        r"$(1^\top v^*)^2<\tfrac12(m+1)\|v^*\|^2$.",
        r"A condition is hidden: for $1^\top v^*=0$ they are global minima. $m=2$, $v^*=(1,-1)$:",
        r"Spurious exactly for $0<(1^\top v^*)^2<\tfrac12(m+1)\|v^*\|^2$.",
        ("N5.minimum", "N5.spurious"),
        _spurious_is_global,
    ),
    Erratum(
        "[Y], Lemma 6",
        r"$\partial f/\partial v$ and $G_{\mathrm{relu}}$ vanish together exactly at the critical points of the loss.",
        r"They also vanish together at $\theta=\pi$, $v=v(\pi)$ where that point is not critical for the loss. "
        r"$m=2$, $v^*=(1,1)$:",
        r"They vanish together exactly on $v=v(\theta)$, $\theta\in\{0,\pi,\theta_{\mathrm{saddle}}\}$, "
        "for every $v^*$.",
        ("C8.beyond", "C8"),
        _zero_beyond,
    ),
)
"""In the order of the source's statements as far as they have one."""
