"""What the public functions compute, from their definitions, in mpmath: expectations over pairs of rows.

A reference takes vectors of mpf and gives the values and, by value, the size that rounding errors are relative to.
"""

from __future__ import annotations

from collections.abc import Callable

from mpmath import mp, mpf

Vector = list[mpf]
Reference = Callable[..., tuple[Vector, Vector]]


def norm(a: Vector) -> mpf:
    return mp.sqrt(mp.fdot(a, a))


def unit(a: Vector) -> Vector:
    size = norm(a)
    return [x / size for x in a]


def theta_of(a: Vector, b: Vector) -> mpf:
    p, q = unit(a), unit(b)
    return 2 * mp.atan2(
        norm([x - y for x, y in zip(p, q, strict=True)]), norm([x + y for x, y in zip(p, q, strict=True)])
    )


def gap(v: Vector, v_star: Vector) -> Vector:
    return [x - y for x, y in zip(v, v_star, strict=True)]


def both(i: int, j: int, theta: mpf) -> mpf:
    """Probability that row i is on the positive side of w and row j on that of w*, at angle theta."""
    return (mp.pi - theta) / (2 * mp.pi) if i == j else mpf(1) / 4


def angle(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    return [theta_of(a, b)], [mpf(1)]


def half_square(v: Vector, v_star: Vector, theta: mpf) -> mpf:
    """½ E (y − y*)²."""
    rows = range(len(v))
    return sum(
        (v[i] * v[j] + v_star[i] * v_star[j]) * both(i, j, mpf(0)) / 2 - v[i] * v_star[j] * both(i, j, theta)
        for i in rows
        for j in rows
    )


def population_loss(v: Vector, w: Vector, v_star: Vector, w_star: Vector) -> tuple[Vector, Vector]:
    d = gap(v, v_star)
    size = mp.fsum(map(abs, d)) ** 2 + mp.fsum(abs(x * y) for x, y in zip(v, v_star, strict=True))
    return [half_square(v, v_star, theta_of(w, w_star))], [size]


def population_loss_at_origin(v_star: Vector) -> tuple[Vector, Vector]:
    value = half_square([mpf(0)] * len(v_star), v_star, mpf(0))
    return [value], [mp.fsum(map(abs, v_star)) ** 2]


def loss_gradient_v(v: Vector, w: Vector, v_star: Vector, w_star: Vector) -> tuple[Vector, Vector]:
    theta, rows = theta_of(w, w_star), range(len(v))
    values = [mp.fsum(v[j] * both(i, j, mpf(0)) - v_star[j] * both(i, j, theta) for j in rows) for i in rows]
    size = mp.fsum(map(abs, gap(v, v_star)))
    return values, [size + abs(x) for x in v_star]


def slope(loss: Callable[[Vector], mpf], w: Vector) -> Vector:
    """Gradient by central differences, at a step for which they have 300 digits."""
    h, values = norm(w) * mpf(10) ** -200, []
    for i in range(len(w)):
        moved = [[x + sign * h * (i == j) for j, x in enumerate(w)] for sign in (1, -1)]
        values.append((loss(moved[0]) - loss(moved[1])) / (2 * h))
    return values


def loss_gradient_w(v: Vector, w: Vector, v_star: Vector, w_star: Vector) -> tuple[Vector, Vector]:
    size = mp.fsum(abs(x * y) for x, y in zip(v, v_star, strict=True)) / norm(w)
    values = slope(lambda at: half_square(v, v_star, theta_of(at, w_star)), w)
    return values, [size / mp.sin(theta_of(w, w_star))] * len(w)


def coarse_gradient(ste: str) -> Reference:
    """Σ v_i E[z_i μ'(w·z_i) (y − y*)], from E z 1{w·z > 0} = ŵ/√(2π) and E z 1{both} = (ŵ + ŵ*)/(2√(2π))."""

    def reference(v: Vector, w: Vector, v_star: Vector, w_star: Vector) -> tuple[Vector, Vector]:
        p, q, c, rows = unit(w), unit(w_star), 1 / mp.sqrt(2 * mp.pi), range(len(v))
        total = [mpf(0)] * len(w)
        for i in rows:
            for j in rows:
                if ste == "identity":
                    mine, theirs = (c, (mpf(0), c)) if i == j else (mpf(0), (mpf(0), mpf(0)))
                else:
                    mine, theirs = (c, (c / 2, c / 2)) if i == j else (c / 2, (c / 2, mpf(0)))
                on_w = v[i] * (v[j] * mine - v_star[j] * theirs[0])
                on_w_star = -v[i] * v_star[j] * theirs[1]
                total = [t + on_w * x + on_w_star * y for t, x, y in zip(total, p, q, strict=True)]
        size = mp.fsum(map(abs, v)) * mp.fsum(map(abs, gap(v, v_star)))
        return total, [size + mp.fsum(abs(x * y) for x, y in zip(v, v_star, strict=True))] * len(w)

    return reference


def best_at(theta: mpf, v_star: Vector) -> Vector:
    """Where E (y − y*) σ_i = 0 for all i."""
    rows = range(len(v_star))
    matrix = mp.matrix([[both(i, j, mpf(0)) for j in rows] for i in rows])
    right = mp.matrix([mp.fsum(both(i, j, theta) * v_star[j] for j in rows) for i in rows])
    return list(mp.lu_solve(matrix, right))


def best_output_weights(theta: Vector, v_star: Vector) -> tuple[Vector, Vector]:
    return best_at(theta[0], v_star), [mp.fsum(map(abs, v_star))] * len(v_star)


def saddle_angle(v_star: Vector) -> tuple[Vector, Vector]:
    """The angle at which the best output weights are orthogonal to v*; it is linear in the angle."""
    first, last = (mp.fdot(best_at(theta, v_star), v_star) for theta in (mpf(0), +mp.pi))
    return [mp.pi * first / (first - last)], [mpf(10)]


def halfspace_probability(theta: Vector) -> tuple[Vector, Vector]:
    return [both(0, 0, theta[0])], [mpf(1)]


def halfspace_mean(a: Vector) -> tuple[Vector, Vector]:
    return [x / mp.sqrt(2 * mp.pi) for x in unit(a)], [mpf(1)] * len(a)


def wedge_mean(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    return [(x + y) / mp.sqrt(8 * mp.pi) for x, y in zip(unit(a), unit(b), strict=True)], [mpf(1)] * len(a)


def relu_loss(w: Vector, w_star: Vector, k: mpf) -> mpf:
    """E (mean over k patches of relu(w·z) − relu(w*·z))², from E relu·relu* of one patch and of two."""
    r, s, theta = norm(w), norm(w_star), theta_of(w, w_star)
    same = r * r / 2 + s * s / 2 - r * s * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta)) / mp.pi
    return (same + (k - 1) * (r - s) ** 2 / (2 * mp.pi)) / k


def relu_network_loss(w: Vector, w_star: Vector, k: Vector) -> tuple[Vector, Vector]:
    size = norm(gap(w, w_star)) ** 2 + norm(w) * norm(w_star) * theta_of(w, w_star)
    return [relu_loss(w, w_star, k[0])], [size]


def relu_network_gradient(w: Vector, w_star: Vector, k: Vector) -> tuple[Vector, Vector]:
    size = norm(gap(w, w_star)) + norm(w_star) * theta_of(w, w_star) + norm(w) * mpf(10) ** -150
    return slope(lambda at: relu_loss(at, w_star, k[0]), w), [size] * len(w)
