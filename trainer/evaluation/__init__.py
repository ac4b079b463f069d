"""What a model does with rows that it never saw: where it fails, why, and for whom."""
