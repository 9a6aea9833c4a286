"""A made-up practice to try Kept with."""
