"""The quickstart: one process that starts all the others, loads the demo, shows what happens, and stops in order."""
