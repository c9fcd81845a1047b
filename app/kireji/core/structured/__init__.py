"""Answers that follow a schema: tables, fields, verdicts, translations, comparisons."""
