-- Reports read what stands in the canonical bytes. Bytes that were tampered with may be no JSON any more: they are null
-- here, so that one such record does not stop a report; `kept-audit verify` names it.
create function record_content(canonical bytea) returns jsonb
    language plpgsql immutable strict set search_path = pg_catalog
    as $$
begin
    return convert_from(canonical, 'UTF8')::jsonb;
exception
    when data_exception then return null;
end
$$;
