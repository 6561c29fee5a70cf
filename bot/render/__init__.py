"""From domain values to what people see: embeds, texts, ids of buttons. No I/O, no decisions."""
