-- Replies and receivers of webhooks have wrapped keys, too; a reply's is the client's own or, of a stranger, the row's.
select kept_keep_keys('replies', 'reply_id', 'wrapped_dek', false);
select kept_keep_keys('webhooks', 'webhook_id', 'wrapped_dek', false);
