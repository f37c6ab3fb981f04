"""The worker: one pass composed of the rooms below, and the daemon that repeats it."""
