"""Rendering: the printed names, and brackets wherever a name would otherwise be misread."""

from __future__ import annotations

from sympy import Abs, And, Eq, Implies, Integral, Piecewise, Symbol, exp, oo, pi, sin, sqrt

from proofs import symbols as known
from proofs.engine.drawn import drawn
from proofs.engine.render import latex_of, line_of
from proofs.engine.sentence import Same


def test_names_are_the_printed_ones() -> None:
    assert latex_of(known.theta * known.w_hat) == r"\theta \hat w"
    assert line_of(2 * known.theta * known.w_hat) == "2 θ ŵ"


def test_symbols_that_print_alike_stay_apart() -> None:
    assert line_of(known.e + known.b_perp).count("e") == 2


def test_powers_of_compound_names_are_bracketed() -> None:
    assert line_of(known.v_vs**2) == "(vᵀv*)²"
    assert line_of(known.sum_diff**2) == "(1ᵀ(v−v*))²"
    assert latex_of(known.v_vs**2) == r"(v^\top v^*)^{2}"
    assert latex_of(known.sum_v**2) == r"(1^\top v)^{2}"


def test_products_keep_inner_products_apart() -> None:
    assert line_of(known.v_vs * known.w_hat) == "vᵀv* ŵ"
    assert line_of(known.w_star * sin(known.theta)) == "sin θ w*"


def test_line_spells_operators() -> None:
    assert line_of(known.theta <= 3) == "θ ≤ 3"
    assert line_of(sqrt(2) * known.r) == "√2 r"
    assert line_of(sqrt(known.r + 1)) == "√(r + 1)"
    assert line_of(1 + Symbol("Δ")) == "Δ + 1"


def test_no_names_of_the_code_are_read() -> None:
    fact = And(Implies(known.theta > 0, Eq(Symbol("theta_0"), Abs(known.x))), Symbol("phi") > pi)
    assert line_of(fact) == "(θ > 0 ⟹ θ₀ = |x|), φ > π"
    assert line_of(Same(Symbol(r"\partial f/\partial v"), known.v_star)) == "∂f/∂v = v*"
    for name, read in {"κ_identity(v̄)": "κ_identity(v̄)", "θ_t⁺": "θ_t⁺", "η_v": "η_v", "θ̇": "θ̇", "u_i": "uᵢ"}.items():
        assert line_of(Symbol(name)) == read
    assert line_of(Symbol(r"G_{\mathrm{relu}}")) == "G_relu"


def test_an_unknown_proxy_is_mu_prime() -> None:
    applied = known.mu(known.r * known.s)
    assert latex_of(applied) == r"\mu'(r s)"
    assert latex_of(applied**2) == r"\mu'(r s)^{2}"
    assert line_of(applied) == "μ'(r s)"


def test_bound_variables_and_integrals() -> None:
    integral = Integral(exp(-(Symbol("q") ** 2)), (Symbol("q"), 0, oo))
    assert line_of(integral) == "∫₀^∞ e^(−q²) dq"
    assert r"\int" in latex_of(integral)


def test_a_number_times_a_number() -> None:
    assert line_of(49 * Piecewise((1, known.x > 0), (0, True))) == "49·1{x > 0}"


def test_fractions_are_drawn_and_wide_formulas_cut() -> None:
    assert drawn(r"a=\frac{b+c}{2 d} - \frac{1}{2}", 80).splitlines() == ["    b+c", "a = ─── − 1/2", "    2 d"]
    assert drawn(r"L=\frac{\bar w \bar w}{\sqrt{2}} \left(a + b\right)", 80).splitlines()[1] == "L = ─── (a + b)"
    assert drawn("first + second = (third + fourth + fifth + sixth) + seventh", 31).splitlines() == [
        "first + second",
        "  = (third + fourth + fifth",
        "      + sixth)",
        "    + seventh",
    ]
    cases = drawn(r"f=\begin{cases} one & \text{if } x<1 \\ two & \text{otherwise} \end{cases}", 20)
    assert cases.splitlines() == ["f = { one if x < 1;", "  two otherwise }"]
    assert drawn("x" * 50, 20) == "x" * 50
