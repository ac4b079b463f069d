"""Recipe `object-detection`: what is where in a picture."""
