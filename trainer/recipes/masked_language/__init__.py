"""Recipe `masked-language-model`: a base model that reads gets to know a field by guessing hidden words."""
