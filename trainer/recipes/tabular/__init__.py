"""Recipe `tabular`: classification and regression on tables."""
