"""What checks the library: sampling and ball arithmetic."""

from __future__ import annotations

import numpy as np

from verify.commands.benchmarks import Figures, paired
from verify.commands.benchmarks.library import M, N


def monte_carlo() -> Figures:
    """Brute-force Monte Carlo against drawing the same normals, on one thread and on two."""
    from numerics.model import resolve_proxy
    from numerics.sampling import network_moments

    rng = np.random.Generator(np.random.Philox(1))
    v, v_star, w, w_star = (rng.standard_normal(size) for size in (M, M, N, N))
    samples = 1 << 15
    buffer = np.empty((64, M, N))
    generator = np.random.Generator(np.random.SFC64(3))
    proxies = {"relu": resolve_proxy("relu", {})}

    def draw() -> None:
        for _ in range(samples // 64):
            generator.standard_normal(out=buffer)

    def sample(threads: int) -> None:
        network_moments(v, w, v_star, w_star, samples=samples, seed=5, proxies=proxies, threads=threads)

    took = paired({"normals": draw, "one": lambda: sample(1), "two": lambda: sample(2)})
    return [
        ("loss, ∂ℓ/∂v and ReLU gradient, one thread / drawing the normals", took.ratio("one", "normals"), "×", 1.35),
        ("the same on two threads / on one", took.ratio("two", "one"), "×", 0.7),
        ("one network, m = 16, n = 64, one thread", took.median("one") / samples * 1e6, "µs"),
        *_reduced(),
    ]


def _reduced() -> Figures:
    """Seconds until a relative error of 5e-4 in the ReLU coarse gradient would be caught, by the reduced sampler.

    What brute force would take is extrapolated from its measured standard error, which falls like 1/√N, and its cost.
    """
    import proofs
    from numerics.sampling import Moments
    from verify.monte_carlo.expectations import expectations
    from verify.monte_carlo.sampled import scenes
    from verify.monte_carlo.samplers import Stopped, sample_in_full, sample_reduced

    target, limit = 5e-4, 6.7
    (scene,) = scenes("quick", 1)
    (one,) = expectations(proofs.get("C3"))

    def some() -> Stopped[dict[str, Moments]]:
        return sample_in_full(scene, "networks", {(one, None): 2 * target}, limit, rounds=1)

    took = paired(
        {"reduced": lambda: sample_reduced(scene, {(one, None): target}, limit), "brute force": some}, rounds=3
    )
    direct = took.median("reduced")
    extrapolated = took.median("brute force") * (2 * some().shortfall) ** 2
    what = "ReLU gradient, relative error 5e-4 detectable"
    return [
        (f"{what}, reduced sampler, one thread", direct, "s"),
        (f"{what}, brute force, extrapolated from 2^17 samples", extrapolated, "s"),
        (f"{what}, brute force (extrapolated) / reduced sampler", extrapolated / direct, "×"),
    ]


def enclosure() -> Figures:
    """Certified 50-digit balls of half-space integrals of chapter G against mpmath's quadrature of the same ones."""
    import mpmath
    from flint import ctx
    from mpmath import mpf

    from proofs.proxies import estimator
    from proofs.symbols import r, theta
    from verify.contexts.balls import network
    from verify.contexts.balls.arithmetic import as_ball
    from verify.model import Row

    angle, norm = 1.1, 1.3
    values = {theta: as_ball(angle), r: as_ball(norm)}

    def wedge() -> object:
        network.forget()
        with ctx.workdps(55):
            return network.Means(values).mean(Row(s=1, a=True, b=True))

    def smoothed() -> object:
        with ctx.workdps(55):
            return network.Means(values, estimator("sigmoid")).mean(Row(t=1, proxy=True, b=True))

    def polar() -> object:
        with mpmath.workdps(55):
            radial = mpmath.quad(lambda rho: rho**2 * mpmath.exp(-(rho**2) / 2), [0, 2, 4, 8, 17])
            return radial * mpmath.quad(mpmath.cos, [angle - mpmath.pi / 2, mpmath.pi / 2]) / (2 * mpmath.pi)

    def line() -> object:
        with mpmath.workdps(55):
            cotangent = mpmath.cot(mpf(angle))

            def function(s: mpf) -> mpf:
                decay = mpmath.exp(-norm * s)
                return decay / (1 + decay) ** 2 * mpmath.exp(-(s**2) * (1 + cotangent**2) / 2)

            return mpmath.quad(function, [0, 1, 2, 4, 8, 17]) / mpmath.pi

    ours = {"G3, polar form": wedge, "G5, sigmoid, on the line": smoothed}
    theirs = dict(zip((f"{what} / mpmath's quadrature" for what in ours), (polar, line), strict=True))
    took = paired({**ours, **theirs}, rounds=21)
    figures: Figures = []
    for what, rival in zip(ours, theirs, strict=True):
        figures += [(f"{what}: 50 certified digits", took.median(what) * 1e3, "ms", 10.0)]
        figures += [(rival, took.ratio(what, rival), "×")]
    return figures
