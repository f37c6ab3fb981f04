"""The live page: a spreadsheet of the local server as a person sees it, and edits it, in a browser."""
