"""Organizations working on one goal under an agreement that each accepted."""
