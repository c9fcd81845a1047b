"""What a new policy begins as when it is no copy."""

from __future__ import annotations

TEMPLATE_TEXT = '''\
title = "House rules"
version = 1                     # count it up when you change what is judged: verdicts and checks carry it
description = "What our place is for, and whom it is open to."

# What holds for all categories, in your own words for the model. May be left out.
instructions = """
Judge what a message does to somebody, not which words it uses.
"""

unsure_below = 0.5              # findings with less confidence go to a person
refusal = "review"              # what is done when the model refuses to judge


[[categories]]
name = "spam"
title = "Spam"
definition = "Unasked advertising, or the same message over and over."
examples = [
    "Cheap watches, only today!",
]
counterexamples = [
    "I sell my old bike, see the market board.",
]

[[categories.levels]]           # the mildest level first
name = "once"
definition = "A single message."
action = "review"               # allow, review or block

[[categories.levels]]
name = "flood"
definition = "The same message many times, or in many places."
action = "block"
'''
