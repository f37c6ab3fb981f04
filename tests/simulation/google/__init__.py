"""The races of the Google tracker: real code on a local server, and people who never stop."""
