"""What the AI is for: the catalogue of scenarios and their example data."""
