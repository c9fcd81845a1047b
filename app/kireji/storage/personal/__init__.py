"""The person's data as files: finding it, taking it away, deleting it."""
