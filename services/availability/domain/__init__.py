"""What time is, who works when, what is free and what a claim may become."""
