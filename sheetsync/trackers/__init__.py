"""The rooms that know a sheet's format, behind one protocol and one contract suite."""
