"""The whole suite, through the front door."""
