"""Recipe `image-denoising`: takes noise out of pictures."""
