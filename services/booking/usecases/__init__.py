"""Does one thing for one caller, a file each."""
