"""A plugin: copy it into the folder `plugins` of the data folder."""

from kireji.plugins import tool


@tool(read_only=True, open_world=False)
def word_count(text: str, unique: bool = False) -> int:
    """Count the words of a text.

    Args:
        text: What to count.
        unique: Count each different word once.
    """
    words = text.split()
    return len(set(words)) if unique else len(words)
