-- What was texted by a number that nobody has is sealed under a key of its own, which is rotated like any other.
select kept_keep_keys('replies', 'reply_id', 'wrapped_dek', false);
