-- What booking tells of an affected appointment: it takes place by video, or as agreed.

alter table absence_items drop constraint absence_items_state_check;
alter table absence_items add constraint absence_items_state_check
    check (state in ('open', 'offered', 'moved', 'cancelled', 'covered', 'by_video', 'kept'));
