"""Where the literature's printed statements fail or hide a condition, each with an exact witness.

An entry names the claim that shows the right statement; its witness is that claim's formula at explicit vectors, and
every line of it is an obligation. What is not decided is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Expr, Rational, cot, pi, sqrt

from proofs.engine.claim import get
from proofs.engine.combinations import coefficient
from proofs.engine.derivation import Obligation, holds, vanishes
from proofs.engine.render import latex_of
from proofs.landscape import gradient_at_best_weights, on_best_weights
from proofs.symbols import HALF, m, ones, r, sum_vs, theta, v_star, v_vs, vs_vs


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


def _no_lipschitz_constant() -> list[Line]:
    """N6.printed at two angles: ε = θ, v·v* = 1."""
    lines = []
    for sine in (Rational(1, 10), Rational(1, 1000)):
        cotangent = sqrt(1 - sine**2) / sine
        quotient = sqrt(get("N6.printed").parts["squared quotient"].subs({v_vs: 1, cot(theta): cotangent}))
        owed = (vanishes("quotient − cot ε/(2π)", quotient - cotangent / (2 * pi)),)
        lines.append(Line(rf"$\sin\varepsilon={latex_of(sine)}$: quotient of the differences", quotient, owed))
    return lines


def _constant_needs_filter() -> list[Line]:
    """C7.printed at θ = π/2, where v(θ) = ½ for m = 1 and v* = 1."""
    lines, half = [], get("N4").formula.subs({m: 1, v_star: 1, ones: 1, sum_vs: 1, theta: pi / 2}) - HALF
    for size in (1, 1000):
        quotient = get("C7.printed").parts["quotient"].subs({theta: pi / 2, r: size})
        owed = vanishes("v(θ) − ½", half), vanishes("quotient − √(π/2)‖w‖", quotient - sqrt(pi / 2) * size)
        lines.append(Line(rf"$\|w\|={size}$: quotient", quotient, owed))
    return lines


def _spurious_is_global() -> list[Line]:
    there = {theta: pi, sum_vs: 0}
    loss = get("N5.minimum").parts["least value"].subs(there)
    return [
        Line(r"$v(\pi)=-v^*$", None, (vanishes("v(π) + v*", get("N4").formula.subs(there) + v_star),)),
        Line(r"$f(v(\pi),w)$ at $\theta=\pi$", loss, (vanishes("f", loss),)),
    ]


def _zero_beyond() -> list[Line]:
    there = {theta: pi, m: 2, vs_vs: 2, sum_vs: 2, v_star: ones}
    weight = coefficient(get("N4").formula.subs(there), ones)
    slope = gradient_at_best_weights().subs(there).expand()
    coarse = on_best_weights(get("C3").formula, pi).subs(there).expand()
    bound = (sum_vs**2 - get("N5").parts["threshold"]).subs(there)
    return [
        Line(r"$v(\pi)$, each entry", weight, (vanishes("v(π) − ⅓", weight - Rational(1, 3)),)),
        Line(r"$\|\partial f/\partial v\|$", slope, (vanishes("∂f/∂v", slope),)),
        Line(r"$\|G_{\mathrm{relu}}\|$", coarse, (vanishes("G_relu", coarse),)),
        Line(
            r"$(1^\top v^*)^2-\tfrac12(m+1)\|v^*\|^2$, at most 0 exactly if $(v(\pi),\pi)$ is critical for the loss",
            *(bound, (holds("it is > 0", bound > 0),)),
        ),
    ]


def _identity_at_rest() -> list[Line]:
    size = get("C8.identity").formula.subs({m: 2, sum_vs: 0})
    return [Line(r"$\|G_{\mathrm{identity}}\|$", size, (vanishes("G_identity", size),))]


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
        r"for every $v^*\ne0$.",
        ("C8.beyond", "C8"),
        _zero_beyond,
    ),
    Erratum(
        "[Y], Lemma 7",
        r"$G_{\mathrm{identity}}$ does not vanish at the spurious minima $\theta=\pi$, $v=v(\pi)$.",
        r"A condition is hidden: it vanishes there for $m=1$ and for $1^\top v^*=0$. $m=2$, $v^*=(1,-1)$:",
        r"It vanishes there for no $v^*$ with $1^\top v^*\ne0$, if $m\ge2$.",
        ("C8.identity",),
        _identity_at_rest,
    ),
)
"""In the order of the source's statements as far as they have one."""
