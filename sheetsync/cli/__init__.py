"""The command line: one small file per verb. Each parses, wires, prints, and maps errors to exit codes."""
