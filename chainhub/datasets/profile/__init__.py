"""What the values of a version look like, counted by DuckDB out of core. `describe.profile_file` is the way in."""
