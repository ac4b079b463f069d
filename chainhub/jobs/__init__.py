"""Shared training jobs: proposed, approved, queued, run, followed."""
