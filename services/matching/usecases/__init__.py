"""One verb a file: what matching can be asked to do."""
