"""An extension: penalties that people ship, each another case of what a declaration can say."""

from sympy import Abs, Integer, Min, Rational, Symbol, oo, sign, sqrt

from proofs.penalty_forms import Penalty, Shape, add, size
from proofs.symbols import ratio, u, x_in

ridge, height, width, cap = (Symbol(name, positive=True) for name in ("ridge", "height", "width", "cap"))

add(  # |x − S(x)| has no bound
    Penalty(
        "elastic-net",
        "elastic net, p(u) = |u| + c u²/2",
        ((Integer(0), oo, u + ridge * u**2 / 2),),
        threshold=ratio,
        branches=(((ratio + ridge * ratio * size) / (1 + ridge * ratio), True),),
        parameters=(Shape(ridge, Integer(1), "c > 0"),),
        displacement=oo,
    )
)
add(  # two parameters
    Penalty(
        "firm",
        "firm thresholding, p(u) = h(|u| − u²/2w) up to w",
        ((Integer(0), width, height * (u - u**2 / (2 * width))), (width, oo, height * width / 2)),
        threshold=sqrt(ratio * height) * sqrt(Min(ratio * height, width)),
        branches=((ratio * height * (width - size) / (width - ratio * height), size < width), (Integer(0), True)),
        parameters=(Shape(height, Integer(1), "h > 0"), Shape(width, Integer(2), "w > 0")),
    )
)
add(  # Python's numbers
    Penalty(
        "weighted", "weighted l1", ((0, float("inf"), 0.5 * u),), threshold=0.5 * ratio, branches=((0.5 * ratio, True),)
    )
)
add(  # S(x) = 0 at 0 alone, and the largest displacement lies beyond
    Penalty(
        "huber",
        "Huber, p(u) = u²/2w up to w",
        ((Integer(0), width, u**2 / (2 * width)), (width, oo, u - width / 2)),
        threshold=Integer(0),
        branches=((ratio * size / (width + ratio), size <= width + ratio), (ratio, True)),
        parameters=(Shape(width, Integer(1), "w > 0"),),
        displacement=ratio,
    )
)
add(  # the largest displacement is where S jumps
    Penalty(
        "truncated-ridge",
        "truncated ridge, p(u) = min(u², c²)/2",
        ((Integer(0), cap, u**2 / 2), (cap, oo, cap**2 / 2)),
        threshold=Integer(0),
        branches=((ratio * size / (1 + ratio), size <= cap * sqrt(1 + ratio)), (Integer(0), True)),
        parameters=(Shape(cap, Integer(1), "c > 0"),),
        displacement=cap * ratio / sqrt(1 + ratio),
    )
)
add(  # p jumps at 0
    Penalty(
        "l0-l1",
        "l0 and l1, p(u) = |u| + c 1{u ≠ 0}",
        ((Integer(0), oo, u + cap),),
        threshold=ratio + sqrt(2 * ratio * cap),
        branches=((ratio, True),),
        parameters=(Shape(cap, Integer(1), "c > 0"),),
    )
)
add(  # its stationary points are roots within roots; where ρ is large, S(x) is far below |x|
    Penalty(
        "l-three-halves",
        "|u| to the power 3/2",
        ((Integer(0), oo, u ** Rational(3, 2)),),
        threshold=Integer(0),
        branches=((2 * size / (1 + sqrt(1 + 16 * size / (9 * ratio**2))), True),),
        displacement=oo,
        stable=sign(x_in) * (4 * Abs(x_in) / (ratio * (3 + sqrt(9 + 16 * Abs(x_in) / ratio**2)))) ** 2,
    )
)
