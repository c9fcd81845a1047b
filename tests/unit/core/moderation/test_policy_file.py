"""The file form of policies: what it gives, and what can be wrong with it, each with its line and reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.moderation.policies import Category, Level, ParsedPolicy, Policy
from kireji.core.moderation.policy_file import LONGEST_FILE, MOST_PROBLEMS, parse
from kireji.core.moderation.verdicts import Action

WHOLE = """\
# Ours.
title = "House rules"
version = 3
description = "What we take down."
instructions = "Be fair."
unsure_below = 0.6
refusal = "block"

[[categories]]
name = "spam"
title = "Spam"
definition = "Unasked advertising."
examples = ["Cheap watches!", "Buy now!"]
counterexamples = ["I sell my bike."]

[[categories.levels]]
name = "once"
definition = "A single one."
action = "review"

[[categories.levels]]
name = "flood"
definition = "Many."
action = "block"
"""


def told(parsed: ParsedPolicy) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in parsed.problems]


def fatal(parsed: ParsedPolicy) -> list[tuple[int, str]]:
    assert (parsed.policy is None) == any(problem.fatal for problem in parsed.problems)
    return [(problem.line, problem.reason) for problem in parsed.problems if problem.fatal]


def remarks(parsed: ParsedPolicy) -> list[tuple[int, str]]:
    assert parsed.policy is not None
    return told(parsed)


def changed(*changes: tuple[str, str]) -> ParsedPolicy:
    text = WHOLE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return parse("house", text.encode())


def test_a_whole_file_gives_a_policy() -> None:
    assert parse("house", WHOLE.encode(), own=True) == ParsedPolicy(
        Policy(
            "house",
            "House rules",
            3,
            "What we take down.",
            (
                Category(
                    "spam",
                    "Spam",
                    "Unasked advertising.",
                    (
                        Level("once", "A single one.", Action.REVIEW),
                        Level("flood", "Many.", Action.BLOCK),
                    ),
                    ("Cheap watches!", "Buy now!"),
                    ("I sell my bike.",),
                ),
            ),
            "Be fair.",
            0.6,
            Action.BLOCK,
            own=True,
        )
    )


def test_titles_examples_instructions_and_thresholds_may_be_left_out() -> None:
    parsed = changed(
        ('title = "House rules"\n', ""),
        ('instructions = "Be fair."\nunsure_below = 0.6\nrefusal = "block"\n', ""),
        ('title = "Spam"\n', ""),
        ('examples = ["Cheap watches!", "Buy now!"]\ncounterexamples = ["I sell my bike."]\n', ""),
    )
    assert parsed.policy is not None
    assert parsed.problems == ()
    assert (parsed.policy.title, parsed.policy.unsure_below, parsed.policy.refusal) == ("House", 0, Action.REVIEW)
    assert parsed.policy.categories[0].title == "Spam"


def test_a_file_of_windows_with_a_byte_order_mark_is_the_same() -> None:
    windows = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    assert parse("house", windows) == parse("house", WHOLE.encode())


def test_what_is_not_toml_is_told_with_its_line() -> None:
    assert fatal(changed(("version = 3", "version = "))) == [(3, "This is not TOML: invalid value.")]


def test_a_string_without_an_end_is_told_with_the_last_line_with_words() -> None:
    [(line, reason)] = fatal(parse("house", b'title = """never\nended\n\n\n'))
    assert line == 2
    assert reason.startswith("This is not TOML: ")


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ('title = "House rules"', "title = 7", 2, "title must be a text in quotes, not 7."),
        ('title = "House rules"', 'title = " "', 2, "title is empty."),
        ('title = "House rules"', r'title = "a\u0007"', 2, "title holds control characters."),
        ("version = 3", 'version = "3"', 3, "version must be a whole number from 1 on."),
        ("version = 3", "version = true", 3, "version must be a whole number from 1 on."),
        ("version = 3", "version = 0", 3, "version must be a whole number from 1 on."),
        ("version = 3\n", "", 1, "version is missing; it is a whole number, such as version = 1."),
        ("unsure_below = 0.6", "unsure_below = 60", 6, "unsure_below must be a number from 0 to 1."),
        ("unsure_below = 0.6", "unsure_below = nan", 6, "unsure_below must be a number from 0 to 1."),
        ('refusal = "block"', 'refusal = "bin"', 7, "refusal must be allow, review or block, not bin."),
        ('name = "spam"\n', "", 9, "name is missing."),
        (
            'name = "spam"',
            'name = "Spam!"',
            10,
            "The name Spam! may only have small letters, digits and hyphens between them.",
        ),
        ('definition = "Unasked advertising."\n', "", 9, "definition is missing."),
        ('definition = "Many."\n', "", 21, "definition is missing."),
        ('action = "block"\n', "", 21, "action is missing; it is allow, review or block."),
        ('action = "block"', "action = 2024-01-01", 24, "action must be allow, review or block, not a date."),
        (
            'action = "block"',
            'action = "blok"',
            24,
            "action must be allow, review or block, not blok. Did you mean block?",
        ),
        ('name = "flood"', 'name = "once"', 22, "There are two with the name once."),
        (
            '["I sell my bike."]',
            '"I sell my bike."',
            14,
            'counterexamples must be a list of texts, such as ["one", "two"].',
        ),
        ('"Buy now!"]', "\n  3,\n]", 14, "examples must be a text in quotes, not 3."),
    ],
)
def test_what_a_value_may_not_be_is_told_with_its_line(before: str, after: str, line: int, reason: str) -> None:
    assert fatal(changed((before, after))) == [(line, reason)]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines() -> None:
    parsed = changed(("version = 3", "version = -1"), ('name = "spam"', 'name = ""'), ('"block"', '"never"'))
    assert [line for line, _ in fatal(parsed)] == [3, 7, 10]


def test_a_key_that_means_nothing_is_told_with_what_may_be_meant_and_the_policy_can_be_used() -> None:
    parsed = changed(("unsure_below", "unsure_bellow"), ('action = "review"', 'action = "review"\ncolour = "red"'))
    assert remarks(parsed) == [
        (6, "unsure_bellow means nothing here; did you mean unsure_below?"),
        (20, "colour means nothing here."),
    ]


def test_a_policy_without_categories_cannot_be_used() -> None:
    reason = "There is no categories; each is a table that begins with [[categories]]."
    assert fatal(parse("house", b"version = 1")) == [(1, reason)]
    assert fatal(parse("house", b"version = 1\n\ncategories = 4")) == [(3, reason)]


def test_a_category_without_levels_is_told_at_its_beginning() -> None:
    cut = WHOLE[: WHOLE.index("[[categories.levels]]")]
    reason = "There is no levels; each is a table that begins with [[categories.levels]]."
    assert fatal(parse("house", cut.encode())) == [(9, reason)]


def test_levels_may_be_written_as_a_list_on_one_line_or_on_several() -> None:
    cut = WHOLE[: WHOLE.index("[[categories.levels]]")]
    levels = """levels = [
        { name = "once", definition = "One.", action = "review" },
        { name = "flood", definition = "Many.", action = "stop" },
    ]"""
    [(line, _)] = fatal(parse("house", (cut + levels).encode()))
    assert line == cut.count("\n") + 3


def test_the_graver_level_may_not_have_the_milder_action() -> None:
    parsed = changed(
        ('action = "review"', 'action = "block"'), ('"Many."\naction = "block"', '"Many."\naction = "allow"')
    )
    assert fatal(parsed) == [
        (24, "flood is the graver level and has the milder action: allow, after block for once.")
    ]  # fmt: skip


def test_a_text_cannot_be_example_and_counterexample_whatever_its_capitals_and_blanks() -> None:
    parsed = changed(('"I sell my bike."', '"I sell my bike.", "CHEAP  watches!"'))
    assert fatal(parsed) == [(14, "The same text is an example and a counterexample of spam.")]


def test_two_levels_with_one_definition_cannot_be_told_apart() -> None:
    parsed = changed(('definition = "Many."', 'definition = "a single one."'))
    assert fatal(parsed) == [(23, "flood has the same definition as a level before it.")]


def test_two_categories_with_one_definition_cannot_be_told_apart() -> None:
    again = WHOLE[WHOLE.index("[[categories]]") :].replace('"spam"', '"ads"').replace("Cheap watches!", "Other")
    parsed = parse("house", (WHOLE + again).encode())
    assert (28, "ads has the same definition as spam.") in fatal(parsed)


def test_one_example_in_two_categories_is_only_told() -> None:
    again = WHOLE[WHOLE.index("[[categories]]") :].replace('"spam"', '"ads"').replace("Unasked", "Paid")
    parsed = parse("house", (WHOLE + again.replace('"Buy now!"', '"Mine"')).encode())
    assert remarks(parsed) == [(29, "This is an example of spam, too.")]


def test_a_policy_that_stops_nothing_is_told() -> None:
    parsed = changed(
        ('action = "review"', 'action = "allow"'), ('"Many."\naction = "block"', '"Many."\naction = "allow"')
    )
    assert remarks(parsed) == [(9, "All levels of all categories allow: the policy stops nothing.")]


def test_allowing_what_the_model_refuses_to_judge_is_told() -> None:
    assert remarks(changed(('refusal = "block"', 'refusal = "allow"'))) == [
        (7, "What the model refuses to judge is allowed.")
    ]


def test_a_threshold_of_one_is_told() -> None:
    [(line, _)] = remarks(changed(("0.6", "1")))
    assert line == 6


def test_a_name_that_is_no_name_is_told_without_a_line() -> None:
    [(line, reason)] = fatal(parse("My Rules", WHOLE.encode()))
    assert line == 0
    assert reason.startswith("The policy's name may only have small letters")


def test_a_file_that_is_too_long_not_text_or_full_of_control_characters_is_refused() -> None:
    assert fatal(parse("house", b"#" * (LONGEST_FILE + 1))) == [(0, "The file is longer than 256 KB.")]
    assert fatal(parse("house", b"# a\n# \xff")) == [(2, "The file is not UTF-8 text.")]
    assert fatal(parse("house", b"# a\n# \x00")) == [(2, "The file holds control characters.")]


def test_the_numbers_of_categories_levels_and_examples_are_bounded() -> None:
    category = WHOLE[WHOLE.index("[[categories]]") :]
    head = WHOLE[: WHOLE.index("[[categories]]")]
    many = head + "".join(category.replace('"spam"', f'"spam-{number}"') for number in range(70))
    assert "There are more than 60 categories." in [reason for _, reason in fatal(parse("house", many.encode()))]
    examples = changed(('["Cheap watches!", "Buy now!"]', str([f"x {number}" for number in range(50)])))
    assert fatal(examples) == [(13, "examples has more than 40 entries.")]


def test_of_very_many_problems_those_that_matter_are_told_and_the_others_counted() -> None:
    strange = "".join(f"strange-{number} = 1\n" for number in range(300))
    parsed = parse("house", (strange + WHOLE.replace("version = 3", "version = 0")).encode())
    assert len(parsed.problems) == MOST_PROBLEMS
    assert fatal(parsed) == [(303, "version must be a whole number from 1 on.")]
    assert told(parsed)[-1] == (0, "And 202 more.")


@pytest.mark.parametrize(
    "hostile",
    [
        b"a" + b".a" * 100_000 + b" = 1",
        b"x = " + b"[" * 100_000,
        b"x = " + b"{a=" * 50_000,
        b"[" + b"a." * 100_000 + b"a]",
        b"x = [" + b"1," * 100_000 + b"]",
        b"version = " + b"9" * 100_000,
        b"version = 1e999999",
        b"categories = [" + b"{}," * 20_000 + b"]",
        b'x = "' + b"\\" * 100_000,
        b"x = '''" * 1,
        b"d = 9999-99-99",
    ],
    ids=range(11),
)
def test_hostile_files_are_only_told_wrong(hostile: bytes) -> None:
    assert fatal(parse("house", hostile))


def lines_of(data: bytes) -> int:
    return len(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))


def holds(data: bytes) -> None:
    parsed = parse("house", data)
    assert (parsed.policy is None) == any(problem.fatal for problem in parsed.problems)
    for problem in parsed.problems:
        assert 0 <= problem.line <= lines_of(data)
        assert "\n" not in problem.reason


@given(st.binary(max_size=400))
def test_whatever_the_bytes_are_nothing_is_raised_and_lines_are_inside_the_file(data: bytes) -> None:
    holds(data)


SIGNS = ["\r\n", "[[", "]]", "[a.b]\n", '"""', "'''", "= ", "{", "}", "[", "]", ",", "#", "x", "1", "\\", '"']
PIECES = st.sampled_from([*WHOLE.splitlines(keepends=True), *SIGNS])


@given(st.lists(PIECES, max_size=60).map("".join))
def test_whatever_lines_are_shuffled_nothing_is_raised_and_lines_are_inside_the_file(text: str) -> None:
    holds(text.encode())


@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.text(max_size=10))
def test_whatever_is_changed_in_a_good_file_nothing_is_raised_and_lines_are_inside(
    start: int, length: int, put: str
) -> None:
    holds((WHOLE[:start] + put + WHOLE[start + length :]).encode("utf-8", "surrogatepass"))
