"""What happened: the audit log that nobody rewrites, and each person's notices."""
