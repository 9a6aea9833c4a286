"""Every metric of the trail."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

# Rate of ingest; flat while `outbox_oldest_age_seconds` of a service rises means that the trail stands still.
APPENDED = Counter("kept_audit_records_appended_total", "Records appended to the trail.")

# Must stay 0: an emitter told two stories under one number.
EQUIVOCATIONS = Counter("kept_audit_equivocations_total", "Records that came twice with different bytes.")

# Must stay 0: a service writes what the trail can't read.
UNREADABLE = Counter("kept_audit_unreadable_total", "Records that could not be read and were kept aside.")

# Must stay 0: a tree no longer holds what was signed. Counted at every attempt to sign it.
FORKS = Counter("kept_audit_forks_total", "Trees that were not signed because they were rewritten.")

# Checkpoints signed, of all practices.
SIGNED = Counter("kept_audit_checkpoints_signed_total", "Checkpoints signed.")

# Alarms that were raised, by kind and severity; HIGH pages.
ALARMS_RAISED = Counter("kept_audit_alarms_raised_total", "Alarms raised.", ["kind", "severity"])

# Alarms that are open now, of all practices; what the alert rules look at.
ALARMS_OPEN = Gauge("kept_audit_alarms_open", "Alarms that are open.", ["kind", "severity"])

# Emitters that gave a sign of life within a minute.
EMITTERS_LIVING = Gauge("kept_audit_emitters_living", "Processes that write records and were heard of lately.")

# Must go back to 0 within seconds: trees that grew and could not be signed in the last round.
UNSIGNED = Gauge("kept_audit_trees_unsigned", "Trees that grew and were not signed in the last round.")

# How long ago the tree that was checked longest ago was looked at.
OLDEST_CHECK = Gauge("kept_audit_oldest_check_age_seconds", "Time since the tree that was checked longest ago was.")

# What the trail weighs, indexes and all.
DATABASE_BYTES = Gauge("kept_audit_database_bytes", "Size of the trail's database.")

# Whether anything is copied to witnesses at all; without one nothing is unwitnessed.
WITNESSES = Gauge("kept_audit_witnesses", "Witnesses that checkpoints are copied to.")

# Rate of checking what is stored.
CHECKED = Counter("kept_audit_records_checked_total", "Stored records whose bytes, hash and columns were checked.")

# Cases that wait for somebody, by severity; those past their time apart.
CASES_OPEN = Gauge("kept_audit_cases_open", "Cases that are not closed.", ["severity"])
CASES_OVERDUE = Gauge("kept_audit_cases_overdue", "Cases that are past their time.", ["severity"])

# Checkpoints copied to every witness.
COPIED = Counter("kept_audit_checkpoints_copied_total", "Checkpoints copied to every witness.")

# Must stay 0: the archive holds something else, or does not keep what it is given. Nothing is detached then.
ARCHIVE_REFUSED = Counter("kept_audit_archive_refused_total", "Detachments given up because of the archive.")
