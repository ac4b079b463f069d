"""The form in which training reads a version: one Parquet file at a fixed path of its commit.

Tables: repaired and typed columns (UTF-8 text, integers, numbers, booleans, nulls; dates as ISO 8601 text).
Images: columns `image` (PNG or JPEG bytes), `label`, `path`.
"""

TRAINING_FILE = "training/data.parquet"
# Instead of it and of the original, where the bytes stay with their owner.
REFERENCE_FILE = "reference.json"
ROWS_PER_GROUP = 65_536
IMAGES_PER_GROUP = 256
# Quick to read rather than small: these files are read far more often than they are moved.
COMPRESSION = "snappy"
