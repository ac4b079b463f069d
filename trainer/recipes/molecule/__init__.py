"""Recipe `molecule`: a number or a class from a molecule's structure, for a protein or alone."""
