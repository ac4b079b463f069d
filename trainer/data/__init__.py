"""Reading files into columns and arrays, and dividing rows."""
