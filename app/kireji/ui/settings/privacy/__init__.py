"""The page "Privacy": what is hidden before it is sent, what is not shown of answers, and what is kept."""
