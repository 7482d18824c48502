"""How to compute it: NumPy and SciPy only. `generated/` is written by `coarseproof derive`; the rest is by hand."""

from numerics.generated.background import relu_network_gradient, relu_network_loss
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
from numerics.generated.penalties import moreau_envelope, penalty_value, proximal_map
from numerics.generated.splitting import basin_probability, spike_threshold
from numerics.geometry import angle
from numerics.learning import LearningInterrupted, LearningResult, LearningState, learn
from numerics.limits import NoLimitError, SparseLimit, StableLimit, StableLimits, sparse_limit, stable_limits
from numerics.model import forward, sample_coarse_gradient, sample_gradient_v, sample_loss
from numerics.plain_descent import PlainDescentResult, plain_descent
from numerics.relu_network import learn_relu_network

__all__ = [
    "LearningInterrupted",
    "LearningResult",
    "LearningState",
    "NoLimitError",
    "PlainDescentResult",
    "SparseLimit",
    "StableLimit",
    "StableLimits",
    "angle",
    "basin_probability",
    "best_output_weights",
    "coarse_gradient",
    "forward",
    "halfspace_mean",
    "halfspace_probability",
    "learn",
    "learn_relu_network",
    "loss_gradient_v",
    "loss_gradient_w",
    "moreau_envelope",
    "penalty_value",
    "plain_descent",
    "population_loss",
    "population_loss_at_origin",
    "proximal_map",
    "relu_network_gradient",
    "relu_network_loss",
    "saddle_angle",
    "sample_coarse_gradient",
    "sample_gradient_v",
    "sample_loss",
    "sparse_limit",
    "spike_threshold",
    "stable_limits",
    "wedge_mean",
]
