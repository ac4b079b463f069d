"""What every floor stands on; no tables of its own."""
