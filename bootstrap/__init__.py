"""The set-up: from a bare Python and a clone to an environment where everything runs. Standard library only."""
