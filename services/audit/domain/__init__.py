"""Pure rules of the trail: trees, notes, proofs, records."""
