"""The deciding rooms: pure functions over frames and frozen values. No I/O, no clock, no randomness."""
