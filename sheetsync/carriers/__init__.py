"""News of parcels: whom to ask, how often, and what the answers mean.

`parcels` are the nouns, `provider` the protocol behind which everybody stands who knows of parcels; `aftership`,
`easypost` and `karrio` ask over the network, `simulated` makes the news up, manual and file need not be asked.
`asking` is the careful way over HTTP, `untrusted` reads what came back, `polling` says when a parcel is due,
`outage` when a provider is left alone, `rounds` does one round of asking, `news` turns answers into a feed's cells.
Nothing here knows of the sheet or the store: what comes out are answers, and the worker keeps them.
"""
