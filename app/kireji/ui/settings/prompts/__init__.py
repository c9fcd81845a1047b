"""The page "Prompts": the library, an editor, and ways in and out of files."""
