"""Deploys the suite."""
