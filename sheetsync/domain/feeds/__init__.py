"""What feeds bring, decided: which cells it goes into, whose value stands in the way, what sources disagree on.

`news` are the nouns, `values` the cells as text and back, `planning` the cells and rows to write,
`telling` the lines on Sync Status, `stock_levels` the tab of stock, `reconcile` the differences.
"""
