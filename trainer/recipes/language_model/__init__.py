"""Recipe `language-model`: a small GPT that learns a corpus from scratch, with a tokenizer of its own."""
