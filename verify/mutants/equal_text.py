"""Whether two texts of a generated function say the same: both are carried out with symbols.

NumPy's functions are replaced by SymPy's, vectors by symbols whose inner products are symbols again, and the angle of
two vectors by one that does not depend on their order. Only a difference that is provably 0 counts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from copy import deepcopy
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import sympy
from sympy import Add, Expr, Ne, Piecewise, Poly, Rational, S, Symbol

from proofs.engine.cases import leaves
from proofs.engine.smt import impossible
from verify.extensions import carry_out
from verify.mutants.text import TextMutant

_VECTORS: Final = {name: Symbol(name, real=True) for name in ("v", "v_star", "w", "w_star", "a", "b")}


def same_value(source: str, mutant: TextMutant) -> bool:
    """Whether the mutant provably returns what its function does; False also where this cannot be said."""
    try:
        right, wrong = (_results(source, tree) for tree in (mutant.right, mutant.tree))
        return len(right) == len(wrong) and all(map(_equal, right, wrong))
    except (ArithmeticError, AttributeError, KeyError, NotImplementedError, TypeError, ValueError):
        return False


def _equal(one: Expr, other: Expr) -> bool:
    """Whether two results are the same: piece by piece, and integral by integral."""
    for part, twin in zip(_integrals(one), _integrals(other), strict=True):
        if part != twin and part.args[1:] == twin.args[1:] and _vanishes(part.args[0] - twin.args[0]):
            other = other.xreplace({twin: part})
    return _vanishes(one - other)


def _integrals(form: Expr) -> list[Expr]:
    """The integrals of a result, in the order of its text."""
    return [part for part in sympy.preorder_traversal(form) if part.func == _INTEGRAL]


def _vanishes(form: Expr) -> bool:
    """Case by case, the first that differs ends it: SymPy folds and simplifies nested cases in exponential time."""
    if sympy.expand(form) == 0:
        return True
    return all(sympy.simplify(value) == 0 or impossible([*region, Ne(value, 0)]) for value, region in leaves(form))


_INTEGRAL: Final = sympy.Function("integral")


def _results(source: str, function: ast.FunctionDef) -> list[Expr]:
    """What a function of a module returns, as expressions in its parameters; its helpers are carried out too."""
    others = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name != function.name]
    others = [other for other in others if other.name not in _MEANING]
    tree = _Exact().visit(ast.Module([*others, deepcopy(function)], []))
    module = ModuleType("numerics.generated")
    vars(module).update(_MEANING)
    carry_out(ast.fix_missing_locations(tree), module)
    arguments = {a.arg: _symbol(a.arg) for a in (*function.args.args, *function.args.kwonlyargs)}
    returned = getattr(module, function.name)(**arguments)
    return [sympy.sympify(part) for part in (returned if isinstance(returned, tuple) else (returned,))]


def _symbol(name: str) -> Any:
    return _FIELD if name == "f" else _VECTORS.get(name, Symbol(name, real=True))


class _Exact(ast.NodeTransformer):
    """Literals become exact numbers, indices and shapes of arrays vanish, annotations and defaults too."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return ast.Call(ast.Name("_number", ast.Load()), [node], [])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return ast.Call(ast.Name("_length", ast.Load()), [self.visit(node.value.value)], [])
        if isinstance(node.value, ast.Name) and node.value.id.isupper():
            return ast.Name(node.value.id, ast.Load())
        return self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.args.defaults, node.args.kw_defaults, node.returns = [], [None] * len(node.args.kwonlyargs), None
        for argument in (*node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        if node.args.kwarg is not None:
            node.args.kwarg.annotation = None
        node.body = [self.visit(s) for s in node.body if not isinstance(s, ast.Expr | ast.For)]
        return node


def _product_of(one: Expr, other: Expr) -> Expr:
    """The inner product of two linear combinations of vectors, in the inner products of these."""
    vectors = list(_VECTORS.values())
    polynomial = Poly(sympy.expand(one * other), *vectors)
    total = S.Zero
    for powers, coefficient in polynomial.terms():
        if sum(powers) != 2:
            raise ValueError("not an inner product of vectors")
        names = [vector.name for vector, power in zip(vectors, powers, strict=True) for _ in range(power)]
        total += coefficient * Symbol(f"dot({', '.join(names)})", real=True)
    return total


def _sum_of(vector: Expr) -> Expr:
    parts = {symbol: Symbol(f"total({symbol})", real=True) for symbol in _VECTORS.values()}
    if Poly(vector, *_VECTORS.values()).total_degree() != 1:
        raise ValueError("not a vector")
    return vector.xreplace(parts)


def _pair(w: Symbol, w_star: Symbol) -> SimpleNamespace:
    if {w.name, w_star.name} != {"w", "w_star"}:
        raise ValueError("not the two filters")
    sizes = (Symbol(f"norm({vector})", positive=True) for vector in (w, w_star))
    return SimpleNamespace(
        **dict(zip(("r", "r_star"), sizes, strict=True)), theta=Symbol("theta", real=True), pair=(w, w_star)
    )


def _along(g: SimpleNamespace, radial: Expr, across: Expr) -> Expr:
    return radial * Symbol(f"unit({g.pair[0]})") + across * Symbol(f"difference{g.pair}")


def _kernels(theta: Expr, r: Expr, **_: Any) -> tuple[Expr, ...]:
    return tuple(sympy.Function(name, real=True)(theta, r) for name in ("p", "q", "c_", "b"))


_NUMPY: Final = SimpleNamespace(
    **{name: getattr(sympy, name) for name in ("sin", "cos", "exp", "sqrt", "cbrt", "sign", "floor")},
    **{"abs": sympy.Abs, "minimum": sympy.Min, "maximum": sympy.Max, "arcsin": sympy.asin},
    where=lambda condition, value, other: Piecewise((value, condition), (other, True), evaluate=False),
    asarray=lambda value, *_: value,
    **dict.fromkeys(("full", "full_like"), lambda _, value, *__: value),
    float64=float,
    pi=sympy.pi,
    inf=sympy.oo,
    expm1=lambda x: sympy.exp(x) - 1,
    hypot=lambda x, y: sympy.sqrt(x**2 + y**2),
    clip=lambda x, low, high: sympy.Min(sympy.Max(x, low), high),
)

_FIELD: Final = SimpleNamespace(
    **{name: getattr(sympy, name) for name in ("asin", "cbrt", "sin", "sqrt")},
    root=lambda *factors: sympy.sqrt(sympy.Mul(*factors)),
)
"""The arithmetic that a law is given."""

_MEANING: Final[Mapping[str, Any]] = {
    "np": _NUMPY,
    "special": SimpleNamespace(erf=sympy.erf, erfc=sympy.erfc, betainc=sympy.Function("betainc")),
    "_number": Rational,
    "_length": lambda vector: Symbol(f"length({vector})", positive=True),
    "scalars": lambda **arguments: list(arguments.values()),
    "dot": _product_of,
    "total": _sum_of,
    "plain": lambda norms: norms,
    "pair": _pair,
    "unit": lambda vector: Symbol(f"unit({vector})"),
    "across": lambda g, *_: Symbol(f"across{g.pair}"),
    "rounding": lambda *_: Symbol("eps"),
    "combine": lambda *terms: Add(*(c * (Symbol("ones") if vector == 1 else vector) for c, vector in terms)),
    "along": _along,
    "evaluate": lambda block, result, **arguments: block(**arguments),
    "check_parameters": lambda *_: {},
    "renamed": lambda **_: lambda function: function,
    "KERNELS": _kernels,
    "PARAMETERS": {},
    "half_line": lambda integrand, low, high, _: _INTEGRAL(integrand(Symbol("s", positive=True)), low, high),
    "decay_length": sympy.Function("decay_length"),
    "quotient": lambda lam, beta: lam / beta,
    "root": _FIELD.root,
    "acute_sine": sympy.sin,
}
"""What the names in a generated text mean where its values are expressions."""
