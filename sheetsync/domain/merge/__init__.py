"""The three-way merge of a copy that went offline: base, theirs (the file), ours (the tracker).

`copies.py` makes three sides comparable, `three_way.py` compares them by Order ID and column,
`rows.py` tells what became of whole rows, `oddities.py` what looks like an accident rather than work,
and `values.py` gives the value that a taken cell puts into the tracker.
"""
