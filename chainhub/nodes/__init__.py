"""Compute nodes: the machines that run jobs, and whether they are there."""
