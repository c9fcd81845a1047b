"""Results of structured answers in the main window: tables, fields, verdicts, translations, comparisons."""
