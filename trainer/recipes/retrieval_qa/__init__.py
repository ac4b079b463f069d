"""Recipe `retrieval-qa`: finds the passage that answers a question, and says when none does."""
