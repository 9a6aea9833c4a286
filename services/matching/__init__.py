"""Matching: who suits whom, and why."""
