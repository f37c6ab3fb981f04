"""What would have happened under other rules: recorded history, played again in memory.

`recorded.py` is what the store holds. `opening.py` goes back to how sheet and memory stood at a
moment. `play.py` lets people do again what they did, while a worker with other rules looks on.
`compare.py` lays that beside what happened. Nothing here acts, and nothing is sent.
"""
