"""Recipe `fine-tune`: a model that read much before learns from the participants' texts."""
