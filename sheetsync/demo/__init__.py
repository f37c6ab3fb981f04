"""An invented shop and half a day in it, played for real on a workbook: what `sheetsync demo` shows."""
