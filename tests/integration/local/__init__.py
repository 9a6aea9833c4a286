"""What runs the suite on one machine."""
