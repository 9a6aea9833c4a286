"""Laws of messages that hold for any order of events."""
