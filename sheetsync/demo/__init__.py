"""An invented shop and half a day in it, played for real on a workbook or a Google Sheet: what `sheetsync demo` shows."""
