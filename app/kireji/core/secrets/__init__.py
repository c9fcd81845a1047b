"""Finds what should not leave this computer in a text: keys, cards, addresses, numbers of persons, own words.

Each module knows one subject and gives positions. Nothing here is exact science: shapes with a known beginning or a
check digit are found wherever they stand, weaker ones only beside a word that says what they are. All of it takes time
in proportion to the text: what is looked for is first found by a fixed piece of it, and every repetition has a bound.
"""
