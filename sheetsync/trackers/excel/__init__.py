"""An Excel workbook as the tracker: one bounded scanner for reading and for surgical editing in place."""
