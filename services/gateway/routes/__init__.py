"""Resources under /v1, one file each."""
