"""What can be trained: one folder per recipe, its schema (no torch) beside its program."""
