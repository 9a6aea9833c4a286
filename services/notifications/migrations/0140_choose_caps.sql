-- How many routine messages one address gets a day and a week: a practice's own choice; those before keep the defaults.
alter table message_settings
    add column texts_a_day int not null default 1,
    add column texts_a_week int not null default 3,
    add column mails_a_day int not null default 6,
    add column mails_a_week int not null default 20,
    add constraint message_settings_texts_check check (texts_a_day between 1 and texts_a_week and texts_a_week <= 60),
    add constraint message_settings_mails_check check (mails_a_day between 1 and mails_a_week and mails_a_week <= 60);
