"""Where one policy is written, read, tried and checked."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from kireji.core.moderation.policies import ParsedPolicy, Policy, PolicyProblem
from kireji.core.moderation.policy_text import same_rules, with_action, with_version
from kireji.core.moderation.verdicts import Action
from kireji.ui.chat.words import count
from kireji.ui.models.segments import Segments
from kireji.ui.parts import LivePair, Pair, button, caption, label, restyle, spread
from kireji.ui.settings.cards import Chip, actions, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.policies.changed_elsewhere import ChangedElsewhere
from kireji.ui.settings.policies.checks.part import CheckPart
from kireji.ui.settings.policies.code_field import CodeField
from kireji.ui.settings.policies.overview import Overview
from kireji.ui.settings.policies.pasting import Pasted
from kireji.ui.settings.policies.problem_list import ProblemList
from kireji.ui.settings.policies.trial import TrialPart
from kireji.ui.settings.policies.words import first_fatal, problem_words, state_words
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

TEXT, OVERVIEW, TRIAL, CHECK = "text", "overview", "trial", "check"
_PAUSE_MS = 150
"""Who types quickly is not looked after at every letter."""


class PolicyEditor(QWidget):
    """Shows a policy's file; what is wrong with it is said while it is written.

    Args:
        theme: Colours and text size.
    """

    edited = Signal()
    """The text is another, since a moment; it wants to be read."""
    saved = Signal()
    """It shall be saved as it stands."""
    left = Signal()
    """Nothing shall be saved."""
    reload_wanted = Signal()
    """What stands in the file now shall be shown instead."""
    overwrite_wanted = Signal()
    """What was changed in the file meanwhile shall go."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.name = ""
        self._new = False
        self._before = ""
        self._saved: Policy | None = None
        self._taken: frozenset[str] = frozenset()
        self._shipped: frozenset[str] = frozenset()
        self.parsed = ParsedPolicy(None)
        self.heading = label("", "lead", wrap=True)
        self.chip = Chip()
        self.name_field = LineField(tr("Name"), tr("how the command line calls it"))
        self.name_row = Pair(caption(tr("Name"), self.name_field), self.name_field)
        self.state = button("", "row", name=tr("Policy"))
        self.changed_elsewhere = ChangedElsewhere()
        self.save_next = button(tr("Save"), "primary")
        self.save = button(tr("Save"))
        self.close_button = button(tr("Close"), name=tr("Close the editor"))
        self.discard = button(tr("Discard changes"))
        self.problem = label("", "error", wrap=True)
        self.note = label("", "ok", wrap=True)
        self.replaces = label("", "muted", wrap=True)
        self.segments = Segments(tr("Part of the editor"))
        self.code = CodeField(theme)
        self.paste = Pasted(self.code.field)
        self.problems = ProblemList(theme)
        self.overview = Overview(theme)
        self.trial = TrialPart(theme)
        self.check = CheckPart(theme)
        self._text_part = QWidget()
        self._parts = {TEXT: self._text_part, OVERVIEW: self.overview, TRIAL: self.trial, CHECK: self.check}
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        text = QVBoxLayout(self._text_part)
        spread(text, 0, SPACE[1])
        text.addWidget(self.code)
        text.addWidget(self.problems)
        self.segments.show_choices(
            (
                (TEXT, tr("Text")),
                (OVERVIEW, tr("Overview")),
                (TRIAL, tr("Try")),
                (CHECK, tr("Check")),
            ),
            TEXT,
        )
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for each in (
            LivePair(self.heading, self.chip),
            self.name_row,
            actions(self.save_next, self.save, self.close_button, self.discard),
            self.problem,
            self.note,
            self.replaces,
            self.changed_elsewhere,
            self.segments,
            self.state,
            *self._parts.values(),
        ):
            layout.addWidget(each)
        self.discard.hide()
        self.show_part(TEXT)

    def _connect(self) -> None:
        self.code.changed.connect(self._written)
        self.name_field.textEdited.connect(self._renamed)
        self._pause.timeout.connect(self.edited)
        self.segments.chosen.connect(self._part_chosen)
        self.problems.chosen.connect(self._go_to)
        self.state.clicked.connect(self._go_to_first)
        self.save.clicked.connect(self._save)
        self.save_next.clicked.connect(self._save_next)
        self.close_button.clicked.connect(self._close)
        self.discard.clicked.connect(self.left)
        self.overview.action_chosen.connect(self._change_action)
        self.overview.version_entered.connect(self._change_version)
        self.changed_elsewhere.load.clicked.connect(self.reload_wanted)
        self.changed_elsewhere.keep.clicked.connect(self.overwrite_wanted)

    # What is shown.

    def open(
        self,
        name: str,
        text: str,
        *,
        new: bool,
        saved: Policy | None = None,
        taken: Collection[str] = (),
        shipped: Collection[str] = (),
    ) -> None:
        """Show a policy.

        Args:
            name: Its name.
            text: What its file holds, or shall hold.
            new: It does not exist yet.
            saved: The policy that the file gives now.
            taken: Names of the person's other policies.
            shipped: Names of policies that came with the program.
        """
        self.name, self._new = name, new
        self._saved, self._taken, self._shipped = saved, frozenset(taken), frozenset(shipped)
        self.parsed = ParsedPolicy(saved)
        self._before = "" if new else text
        self.name_field.setText(name)
        self.name_row.setVisible(new)
        self.code.show_text(text)
        self.problems.show_problems(())
        self.changed_elsewhere.hide()
        self.discard.hide()
        self.refuse("")
        self.trial.clear()
        self.check.clear()
        self.check.show_sets(name)
        self.segments.show_choices(((TEXT, ""), (OVERVIEW, ""), (TRIAL, ""), (CHECK, "")), TEXT)
        self.show_part(TEXT)
        self._renew()
        (self.name_field if new else self.code.field).setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def take_over(self, text: str, saved: Policy | None) -> None:
        """Show what the file holds now; the keyboard stays.

        Args:
            text: What the file holds.
            saved: The policy that it gives.
        """
        self.code.put_text(text)
        self.saved_as(self.name, text, saved)

    def saved_as(self, name: str, text: str, saved: Policy | None) -> None:
        """Take what stands in the file now for saved; what was written since is not.

        Args:
            name: Of the policy.
            text: What the file holds.
            saved: The policy that it gives.
        """
        self.name, self._new, self._before, self._saved = name, False, text, saved
        self.name_row.hide()
        self.changed_elsewhere.hide()
        self.discard.hide()
        self.refuse("")
        self._renew()

    def show_parsed(self, parsed: ParsedPolicy) -> None:
        """Show what the text gives now, and what is wrong with it."""
        self.parsed = parsed
        self.code.show_problems(parsed.problems)
        self.problems.show_problems(parsed.problems)
        self.overview.show_policy(parsed.policy)
        if not self.problem.isHidden():
            self.refuse("")
        self._renew()

    def show_changed_elsewhere(self) -> None:
        """The file is another than the one that was opened."""
        self.changed_elsewhere.show()
        bring_into_view(self.changed_elsewhere)

    def show_part(self, part: str) -> None:
        """Show the text, the overview, the trial or the check."""
        if self.segments.value() != part:
            self.segments.show_choices([(name, "") for name in self.segments.values()], part)
        focused = QApplication.focusWidget()
        going = [widget for name, widget in self._parts.items() if name != part]
        if focused is not None and any(widget.isAncestorOf(focused) for widget in going):
            self.segments.focus()  # else the keys would go on to whatever comes next in the window
        for name, widget in self._parts.items():
            widget.setVisible(name == part)

    def refuse(self, sentence: str) -> None:
        """Why something was not done; empty takes it away."""
        tell(self.problem, sentence, "error")

    def say(self, sentence: str, role: str = "ok") -> None:
        """What was done."""
        tell(self.note, sentence, role)

    # What is written.

    def text(self) -> str:
        """The text as it is written."""
        return self.code.text()

    @property
    def new(self) -> bool:
        """Whether the policy does not exist yet."""
        return self._new

    @property
    def touched(self) -> bool:
        """Whether something is written that does not stand in the file."""
        return self.text() != self._before

    def written_name(self) -> str:
        """How it will be called."""
        return self.name_field.text().strip() if self._new else self.name

    def _written(self) -> None:
        self.say("")
        self._pause.start()
        self._renew_chip()

    def _renamed(self) -> None:
        self.check.show_sets(self.written_name())
        self._pause.start()
        self._renew()

    def _change_action(self, category: object, level: object, action: object) -> None:
        assert isinstance(action, Action)
        self._put(with_action(self.text(), str(category), str(level), action))

    def _change_version(self, version: object) -> None:
        assert isinstance(version, int)
        self._put(with_version(self.text(), version))

    def _put(self, text: str | None) -> None:
        if text is None:
            self.refuse(tr("This cannot be changed from here. Change it in the text."))
            return
        self.code.put_text(text)
        self._pause.stop()
        self.edited.emit()

    # What is said about it.

    def _renew(self) -> None:
        policy = self.parsed.policy or self._saved
        title = policy.title if policy is not None else self.written_name()
        self.heading.setText(title or tr("New policy"))
        words, role = state_words(self.parsed.problems)
        self.state.setText(words.replace("&", "&&"))
        self.state.setAccessibleName(tr("{state}; go to the first", state=words) if self.parsed.problems else words)
        self.state.setEnabled(bool(self.parsed.problems))
        restyle(self.state, state=role)
        self._renew_chip()
        self._renew_saving()

    def _renew_chip(self) -> None:
        words = tr("not saved") if self.touched else tr("saved")
        self.chip.setText(words)
        restyle(self.chip, state="warn" if self.touched else "ok")
        # Of one that came with the program, as it came, nothing was saved.
        self.chip.setVisible(self.touched or self._new or self._saved is None or self._saved.own)
        self._dress_save()

    def _dress_save(self) -> None:
        """Saving is the likeliest step only where there is something to save."""
        beside = not self.save_next.isHidden()
        restyle(self.save, kind="primary" if (self.touched or self._new) and not beside else "")

    def _renew_saving(self) -> None:
        now = self.parsed.policy
        counts = self._saved is not None and now is not None and not same_rules(self._saved, now)
        counts = counts and self._saved is not None and now is not None and now.version <= self._saved.version
        self.save_next.setVisible(counts and not self._new)
        if self._saved is not None:
            version = self.next_version()
            self.save_next.setText(tr("Save as version {version}", version=count(version)))
            self.save_next.setAccessibleName(self.save_next.text())
        words = tr("Save")
        if counts and now is not None:
            words = tr("Save, still version {version}", version=count(now.version))
        self.save.setText(words)
        self.save.setAccessibleName(words)
        self._dress_save()
        name = self.written_name()
        replaces = name in self._shipped and (self._new or (self._saved is not None and not self._saved.own))
        words = tr("Saved, it stands in the place of the one of this name from Kireji, which can be restored.")
        tell(self.replaces, words if replaces and (self._new or self.touched) else "", "muted")

    def next_version(self) -> int:
        """The version after the one in the file and the one that is written."""
        versions = [policy.version for policy in (self._saved, self.parsed.policy) if policy is not None]
        saved = self._saved.version if self._saved is not None else 0
        return max(saved + 1, *versions) if versions else 1

    # What the person does.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S):
            (self._save if self.save_next.isHidden() else self._save_next)()
            return
        super().keyPressEvent(event)

    def _close(self) -> None:
        if not self.touched:
            self.left.emit()
            return
        self.refuse(tr("There is something that is not saved. Save it, or press Discard changes."))
        self.discard.show()
        self.discard.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(self.problem)

    def _part_chosen(self, part: object) -> None:
        self.show_part(str(part))

    def _go_to(self, line: object) -> None:
        assert isinstance(line, int)
        self.show_part(TEXT)
        self.code.go_to(line or 1)
        bring_into_view(self.code)

    def _go_to_first(self) -> None:
        found = first_fatal(self.parsed.problems) or next(iter(self.parsed.problems), None)
        if found is not None:
            self._go_to(found.line)

    def _save(self) -> None:
        if sentence := self._wrong_name():
            self.refuse(sentence)
            self.name_field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.saved.emit()

    def _save_next(self) -> None:
        changed = with_version(self.text(), self.next_version())
        if changed is not None:
            self.code.put_text(changed)
        self._save()

    def refuse_broken(self, problem: PolicyProblem) -> None:
        """It was not saved because it could not be used."""
        self.refuse(tr("It cannot be saved. {problem}", problem=problem_words(problem)))
        self._go_to(problem.line)

    def _wrong_name(self) -> str:
        if not self._new:
            return ""
        name = self.written_name()
        if not name:
            return tr("Give it a name.")
        if name in self._taken:
            return tr("You have another policy of this name. Choose another name.")
        return ""
