"""Inequalities enclosed over their whole parameter boxes, by adaptive subdivision in ball arithmetic."""
