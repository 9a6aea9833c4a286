"""The rules of messages, links and words."""
