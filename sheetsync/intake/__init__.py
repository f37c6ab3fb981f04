"""Intake: new orders from a file, each once, below the last order of the tracker.

`sources` opens the file (CSV, workbook or JSON lines), `mapping` finds its columns, `reading`
understands its rows with the tracker's own eyes, `adding` hands the new orders over in one go,
`report` lists what was refused.
"""
