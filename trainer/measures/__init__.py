"""Metrics of tasks that are neither kinds, numbers nor texts; `trainer.tasks` says which are whose."""
