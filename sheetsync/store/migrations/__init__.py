"""The store's schema, step by step; shipped inside the package."""
