select kept_keep_keys('contact_points', 'client_id', 'wrapped_dek', true);
select kept_keep_keys('on_call_contacts', 'contact_id', 'wrapped_dek', false);
select kept_keep_keys('thread_keys', 'client_id', 'wrapped_dek', true);
