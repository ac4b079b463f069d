"""Base models: what others trained before, imported once, that jobs go on from."""
