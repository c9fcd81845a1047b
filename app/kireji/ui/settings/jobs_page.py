"""How jobs run, and who is told when one ends."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from kireji.core.jobs.settings import JobSettings
from kireji.ui.parts import button, label
from kireji.ui.settings.cards import Card, actions, tell
from kireji.ui.settings.fields import NumberRow, TextRow
from kireji.ui.settings.pane import rows
from kireji.ui.translation import tr

_MOST_ROWS, _MOST_AT_ONCE = 100_000, 64


class JobsPage(QWidget):
    """The whole page."""

    secret_clicked = Signal()
    copy_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.batch = NumberRow(tr("Sent together to a batch service"), tr("rows"), 1, _MOST_ROWS)
        self.at_once = NumberRow(tr("Asked at the same time, one by one"), tr("rows"), 1, _MOST_AT_ONCE)
        self.running = Card(tr("How jobs run"))
        self.webhook = Card(tr("Webhook"))
        self.address = TextRow(tr("Address"), "https://example.org/jobs")
        self.secret_state = label("", "muted", wrap=True)
        self.make = button(tr("Make a secret"))
        self.secret = QLineEdit()
        self.secret.setReadOnly(True)
        self.secret.setAccessibleName(tr("The new secret"))
        self.copy = button(tr("Copy"), name=tr("Copy the new secret"))
        self._fill()
        self.make.clicked.connect(self.secret_clicked)
        self.copy.clicked.connect(self.copy_clicked)

    def _fill(self) -> None:
        self.running.set_chip("", "idle")
        self.running.say(
            tr(
                "A batch service says nothing of a batch before it has ended: smaller batches show progress sooner. "
                "Their size holds for jobs that are made from now on."
            )
        )
        self.running.add(self.batch, self.at_once)
        self.webhook.say(
            tr(
                "This address is told when a job ends or needs you: its name, its numbers and what it cost, never what "
                "was asked or answered. Messages are signed as Standard Webhooks are."
            )
        )
        self.webhook.add(self.address, self.secret_state, self.secret, actions(self.make, self.copy))
        self.show_secret("")
        self.setLayout(rows(self.running, self.webhook))

    def show_settings(self, jobs: JobSettings) -> None:
        """What holds now."""
        self.batch.show_number(jobs.rows_per_batch)
        self.at_once.show_number(jobs.side_by_side)
        self.address.show_text(jobs.webhook)

    def show_webhook(self, *, address: bool, secret: bool, problem: str = "") -> None:
        """Whether somebody is told.

        Args:
            address: Whether there is an address.
            secret: Whether there is a secret for it.
            problem: Why that is not known; empty when it is.
        """
        self.make.setVisible(address)
        self.make.setText(tr("Make a new secret") if secret else tr("Make a secret"))
        self.make.setAccessibleName(self.make.text())
        if not address:
            self.webhook.set_chip(tr("off"), "idle")
            tell(self.secret_state, "", "muted")
        elif problem:
            self.webhook.set_chip(tr("not known"), "warn")
            tell(self.secret_state, problem, "warn")
        elif secret:
            self.webhook.set_chip(tr("ready"), "ok")
            words = tr("The secret that messages are signed with is in the keychain.")
            tell(self.secret_state, words, "muted")
        else:
            self.webhook.set_chip(tr("no secret"), "warn")
            words = tr("Nothing is sent before there is a secret to sign it with.")
            tell(self.secret_state, words, "warn")

    def show_secret(self, secret: str) -> None:
        """Show a new secret, once; empty takes it away."""
        self.secret.setText(secret)
        self.secret.setCursorPosition(0)
        self.secret.setVisible(bool(secret))
        self.copy.setVisible(bool(secret))
        if secret:
            words = tr("Enter this secret where messages are received. It is shown only now; the keychain keeps it.")
            tell(self.secret_state, words, "ok")

    def say_problem(self, sentence: str) -> None:
        """Why there is no new secret."""
        tell(self.secret_state, sentence, "error")
