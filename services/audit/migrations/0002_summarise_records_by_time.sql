-- Records come in nearly by time: a summary of page ranges finds a day in a year at next to no cost for the ingest.
create index records_time_idx on records using brin (occur_time) with (pages_per_range = 32, autosummarize = on);
