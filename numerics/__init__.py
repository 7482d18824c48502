"""How to compute it: NumPy and SciPy only. `generated/` is written by `coarseproof derive`; the rest is by hand."""

from numerics.generated.estimators import coarse_gradient
from numerics.generated.gaussian import halfspace_mean, halfspace_probability, wedge_mean
from numerics.generated.network import (
    best_output_weights,
    loss_gradient_v,
    loss_gradient_w,
    population_loss,
    population_loss_at_origin,
    saddle_angle,
)
from numerics.geometry import angle
from numerics.model import forward, sample_coarse_gradient, sample_gradient_v, sample_loss

__all__ = [
    "angle",
    "best_output_weights",
    "coarse_gradient",
    "forward",
    "halfspace_mean",
    "halfspace_probability",
    "loss_gradient_v",
    "loss_gradient_w",
    "population_loss",
    "population_loss_at_origin",
    "saddle_angle",
    "sample_coarse_gradient",
    "sample_gradient_v",
    "sample_loss",
    "wedge_mean",
]
