-- Where somebody signed in from before is asked at each sign-in; among years of a busy person's records those are few.
create index records_sign_in_idx on records (practice_id, actor_id, seq desc) where operation = 'gateway.SignIn';
