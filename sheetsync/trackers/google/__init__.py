"""Google Sheets behind the tracker protocol: guarded writes over HTTP, and what is installed in a sheet."""
