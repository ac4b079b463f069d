"""Recipe `text-classification`: which of several kinds a text is of."""
