"""RVSCGD itself: exact or sampled coarse gradients, on the sphere or free, v fixed or learned."""

from numerics.learning.learn import learn
from numerics.learning.state import LearningInterrupted, LearningResult, LearningState

__all__ = ["LearningInterrupted", "LearningResult", "LearningState", "learn"]
