"""Runs of RVSCGD, and what is said of it held against them."""
