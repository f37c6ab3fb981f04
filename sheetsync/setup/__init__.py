"""Setting up: a fresh tracker folder, or a workbook that is already there.

`zones` finds the time zone, `fresh` makes a folder, `adopt` looks at a workbook and points a new
configuration at it. Nothing here ever overwrites a file.
"""
