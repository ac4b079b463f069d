"""The training program: a job specification and files in, events and artifacts out. It knows nothing of the hub."""
