"""Kinds of number that the model is evaluated over: what a mean over rows is in each, and how far it may be off."""
