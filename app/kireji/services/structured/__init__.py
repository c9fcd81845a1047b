"""Answers that follow a schema: asked, held to it, and kept beside the conversation."""
