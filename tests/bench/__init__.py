"""Measures what the documents say, beside a limit in the same run."""
