"""Recipe `image-generation`: draws new pictures that look like those it learnt from."""
