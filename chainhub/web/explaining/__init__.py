"""What a model's evaluation says beyond scores, as data of pictures: where it fails, for whom, and what it looks at."""
