"""RVSCGD itself: exact or sampled coarse gradients, on the sphere or free, v fixed or learned."""

from numerics.learning.learn import learn
from numerics.learning.run import LearningResult
from numerics.learning.state import LearningInterrupted, LearningState

__all__ = ["LearningInterrupted", "LearningResult", "LearningState", "learn"]
