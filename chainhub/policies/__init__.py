"""Terms that bind: usage policies, access requests and what was agreed; asked before every use of data."""
