"""Networks that were taught to see before any job: what they are, and how jobs go on from them."""
