"""Feeds: files of other systems, each taken once, and what they say kept until the tracker shows it.

`way` says how the files of one feed are read, `reading` understands a file row by row, `taking` keeps it or
refuses it as a whole, `watching` looks after the folders, `report` lists the rows that were refused.
"""
