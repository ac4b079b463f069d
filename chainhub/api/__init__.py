"""The door for programs: REST."""
