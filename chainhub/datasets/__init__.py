"""Registered data: versions, inspection, and who may do what with it."""
