"""Scripts for people who work on sheetsync itself."""
