"""Gives every process what it needs and knows no business word."""
