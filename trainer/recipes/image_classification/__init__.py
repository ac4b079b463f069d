"""Recipe `image-classification`: which of several kinds a picture shows."""
