"""Recipe `sequence-to-sequence`: one text into another, such as a sentence into another language."""
