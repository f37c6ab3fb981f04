"""Copies of the tracker that go offline and come back: export, import, conflicts, mirror.

An export is drawn like the template and its base is kept in the store; an import merges the file, that
base and the tracker cell by cell (`domain/merge`), and writes as any pass does. What both sides changed
goes to the Conflicts tab for a person.
"""
