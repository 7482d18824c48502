"""Inequalities enclosed over their whole parameter boxes, by adaptive subdivision in ball arithmetic."""

from verify.enclosure.boxes.judge import COVERED, Boxed, judge_boxes

__all__ = ["COVERED", "Boxed", "judge_boxes"]
