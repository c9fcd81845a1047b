"""What came of a check: how well, what is confused with what, what has changed, which items are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from kireji.core.moderation.agreement import NOTHING, Agreement, Changes
from kireji.core.moderation.labelled import LabelledItem
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_checks import PolicyCheck
from kireji.core.moderation.verdicts import Action
from kireji.services.moderation.checking import CheckReport
from kireji.ui.chat.words import count, decimal, dollars, short_date
from kireji.ui.parts import label, spread
from kireji.ui.results.verdict_words import action_word
from kireji.ui.settings.cards import tell
from kireji.ui.settings.policies.checks.count_table import CountTable
from kireji.ui.settings.policies.checks.wrong_items import WrongItems
from kireji.ui.settings.policies.words import percent
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST_IDS = 40
_RIGHT, _WRONG, _NONE = "✓", "✗", "·"
"""Behind a number where labels and verdicts agree, where they do not, and in place of none."""


class ReportView(QWidget):
    """Shows one report.

    Args:
        theme: Colours and text size.
    """

    item_wanted = Signal(object)
    """The `LabelledItem` that shall be tried."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.headline = label("", "lead", wrap=True)
        self.stopped = label("", "warn", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.categories = CountTable(theme, tr("Agreement by category"))
        self.done = CountTable(theme, tr("What is done"))
        self.agrees = label("", "small", wrap=True)
        self.confusion = CountTable(theme, tr("Confused categories"))
        self._confusion_head = _heading(tr("Confused categories"))
        self._confusion_key = label("", "small", wrap=True)
        self.changes = label("", wrap=True)
        self._changes_head = _heading("")
        self._wrong_head = _heading("")
        self.wrong = WrongItems(theme)
        self._build()
        self.wrong.item_wanted.connect(self.item_wanted)

    def _build(self) -> None:
        key = label(
            tr("Rows are labels, columns are verdicts. {right} they agree, {wrong} they do not.", right=_RIGHT,
               wrong=_WRONG),
            "small",
            wrap=True,
        )  # fmt: skip
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for each in (
            self.headline, self.stopped, self.about,
            _heading(tr("Agreement by category")), self.categories,
            _heading(tr("What is done")), key, self.done, self.agrees,
            self._confusion_head, self._confusion_key, self.confusion,
            self._changes_head, self.changes,
            self._wrong_head, self.wrong,
        ):  # fmt: skip
            layout.addWidget(each)

    def show_report(self, report: CheckReport, policy: Policy, items: Sequence[LabelledItem]) -> None:
        """Show one.

        Args:
            report: What came of it.
            policy: By which was judged; gives titles.
            items: What was judged.
        """
        found = report.agreement
        judged = found.items - found.failed
        self.headline.setText(
            tr("{right} of {judged} as labelled ({share})", right=count(found.right), judged=count(judged),
               share=percent(found.accuracy))
        )  # fmt: skip
        tell(self.stopped, _stopped(report, len(items)), "warn")
        self.about.setText(_about(report))
        self.categories.show_rows(*_category_rows(found, policy))
        self.done.show_rows(*_action_rows(found), corner=tr("Rows are labels, columns are verdicts."), bold=True)
        self.agrees.setText(
            tr("Actions agree in {share}; beyond chance: {kappa} (Cohen's kappa).",
               share=percent(found.action_agreement), kappa=_number(found.action_kappa))
        )  # fmt: skip
        self._show_confusion(found, policy)
        self._show_changes(report)
        self._show_wrong(report, policy, {item.id: item for item in items})

    def _show_confusion(self, found: Agreement, policy: Policy) -> None:
        confused = any(number for (one, other), number in found.confusion.items() if one != other)
        for each in (self._confusion_head, self._confusion_key, self.confusion):
            each.setVisible(confused)
        if not confused:
            return
        names = [category.name for category in found.categories] + [NOTHING]
        used = [name for name in names if any(name in pair and number for pair, number in found.confusion.items())]
        titles = [_titled(policy, name) for name in used]
        # Numbers as headings of columns, because titles would make it too wide.
        columns = [str(number) for number in range(1, len(used) + 1)]
        rows = [
            (f"{number} {title}", [_cell(found.confusion.get((name, other), 0), same=name == other) for other in used])
            for number, (name, title) in enumerate(zip(used, titles, strict=True), start=1)
        ]
        self._confusion_key.setText(tr("A row's number is that of its column, too."))
        self.confusion.show_rows(columns, rows, corner=tr("Rows are labels, columns are verdicts."), bold=True)

    def _show_changes(self, report: CheckReport) -> None:
        before, changes = report.before, report.changes
        shown = before is not None and changes is not None
        self._changes_head.setVisible(shown)
        self.changes.setVisible(shown)
        if before is None or changes is None:
            return
        self._changes_head.setText(_since(before))
        self.changes.setText("\n".join(_change_lines(report, changes)))

    def _show_wrong(self, report: CheckReport, policy: Policy, items: Mapping[str, LabelledItem]) -> None:
        wrong = [outcome for outcome in report.check.outcomes if not outcome.right]
        self._wrong_head.setText(tr("Not as labelled: {number}", number=count(len(wrong))))
        self._wrong_head.setVisible(bool(wrong))
        self.wrong.setVisible(bool(wrong))
        self.wrong.show_items(wrong, items, policy)


def _stopped(report: CheckReport, items: int) -> str:
    if not report.stopped:
        return ""
    return tr("{reason} {done} of {items} were judged; the check is not kept.", reason=report.stopped,
              done=count(len(report.check.outcomes)), items=count(items))  # fmt: skip


def _about(report: CheckReport) -> str:
    check, found = report.check, report.agreement
    parts = [tr("Version {version}", version=count(check.version)), check.model]
    parts.append(tr("cost not known") if check.usage.cost is None else dollars(check.usage.cost))
    if found.failed:
        parts.append(plural(found.failed, "1 without a verdict", "{n} without a verdict"))
    if found.refused:
        parts.append(plural(found.refused, "1 refused", "{n} refused"))
    if found.levels[0]:
        parts.append(tr("level right in {right} of {named}", right=count(found.levels[1]),
                        named=count(found.levels[0])))  # fmt: skip
    return " · ".join(filter(None, parts))


def _category_rows(found: Agreement, policy: Policy) -> tuple[list[str], list[tuple[str, list[str]]]]:
    columns = [tr("Labelled"), tr("Found"), tr("Both"), tr("Precision"), tr("Recall"), tr("F1"), tr("Kappa")]
    rows = [
        (
            _titled(policy, each.name),
            [
                count(each.both + each.only_expected),
                count(each.both + each.only_given),
                count(each.both),
                percent(each.precision),
                percent(each.recall),
                _number(each.f1),
                _number(each.kappa),
            ],
        )
        for each in found.categories
    ]
    return columns, rows


def _action_rows(found: Agreement) -> tuple[list[str], list[tuple[str, list[str]]]]:
    rows = [
        (
            action_word(expected),
            [_cell(found.actions.get((expected, given), 0), same=expected is given) for given in Action],
        )
        for expected in Action
    ]
    return [action_word(action) for action in Action], rows


def _since(before: PolicyCheck) -> str:
    return tr("Since the check of {date} (version {version}, {model})", date=short_date(before.checked),
              version=count(before.version), model=before.model)  # fmt: skip


def _change_lines(report: CheckReport, changes: Changes) -> list[str]:
    lines = []
    if report.uncounted:
        lines.append(tr("The rules were changed since then, and the version was not counted up."))
    if not changes:
        lines.append(tr("Nothing has changed."))
    for words, items in (
        (tr("Now right"), changes.fixed),
        (tr("Now wrong"), changes.broken),
        (tr("Wrong in another way"), changes.moved),
    ):
        if items:
            shown = tr(", ").join(items[:_MOST_IDS]) + ("…" if len(items) > _MOST_IDS else "")
            lines.append(tr("{words} ({number}): {items}", words=words, number=count(len(items)), items=shown))
    return lines


def _cell(number: int, *, same: bool) -> str:
    return f"{count(number)} {_RIGHT if same else _WRONG}" if number else _NONE


def _titled(policy: Policy, name: str) -> str:
    if name == NOTHING:
        return tr("nothing")
    category = policy.category(name)
    return category.title if category is not None else name


def _number(value: float | None) -> str:
    return "–" if value is None else decimal(value, 2)


def _heading(words: str) -> QLabel:
    heading = label(words, "strong", wrap=True)
    heading.setContentsMargins(0, SPACE[2], 0, 0)
    return heading
