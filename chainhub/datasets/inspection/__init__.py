"""Reading what somebody uploaded: what it is, what is in it, what had to be repaired, or why it is refused.

Knows neither database nor web, so that it can run in a process of its own: files come from strangers.
"""
