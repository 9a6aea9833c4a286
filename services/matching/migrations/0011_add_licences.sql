-- Licences with their last day and who looked them up; licensed_regions keeps those without a known end.
alter table therapist_profiles add column licences jsonb not null default '[]';
