"""What each kind of model is asked, checked before it reaches the model: one module for each kind of input."""
