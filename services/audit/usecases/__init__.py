"""One verb a file: what the trail can be asked to do."""
