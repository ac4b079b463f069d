"""The companies and institutions taking part, their members and roles."""
