"""Recipe `timeseries`: how a series goes on, judged against simply repeating what was."""
