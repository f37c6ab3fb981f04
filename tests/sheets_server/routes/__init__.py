"""The endpoints: one module for each group, each function gives the reply's JSON."""
