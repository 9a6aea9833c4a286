select kept_keep_keys('client_keys', 'client_id', 'wrapped_key', true);
