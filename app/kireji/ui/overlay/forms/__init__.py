"""Answers beside a selection that are no words: tables, fields, verdicts, translations, comparisons."""
