"""Parcels under way: what a courier's words mean, and whether its number can be right.

`states` are the few things that can be true of a parcel, `words` the reading of what a courier, a feed or a
person wrote, `numbers` the hint that a tracking number gives, `check_digits` the arithmetic below it.
"""
