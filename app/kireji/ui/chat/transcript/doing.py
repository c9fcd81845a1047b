"""What can be done with what stands in the reading column: buttons below answers, cards and questions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication

from kireji.ui.chat.messages import QuestionCard
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.around import Actions
from kireji.ui.chat.transcript.asking import AskingRow
from kireji.ui.chat.transcript.foot import AnswerFoot
from kireji.ui.chat.transcript.outcome import Outcome
from kireji.ui.chat.transcript.pointing import PointingColumn
from kireji.ui.chat.transcript.questions import QuestionItem


class DoingColumn(PointingColumn):
    """Passes on what the buttons tell, by the numbers of the messages."""

    picture_clicked = Signal(object)
    receipt_clicked = Signal(object)
    document_clicked = Signal(object)
    retry_clicked = Signal(object)
    """The number of a question that shall be asked again."""
    regenerate_clicked = Signal(object)
    """The number of an answer that shall be given anew."""
    regenerate_with_clicked = Signal(object)
    """The same with another model: the number, and the widget below which models can be listed."""
    edit_clicked = Signal(object)
    """The number of a question that shall be changed."""
    continue_clicked = Signal(object)
    """The number of an answer that shall go on where it was cut."""
    run_on_clicked = Signal(object)
    """The number of an answer whose prompt shall be run on many rows."""
    branch_clicked = Signal(object)
    """The number of a message that shall be shown in the place of the one beside it."""
    result_wanted = Signal(object)
    """What came of an answer besides words: its number, and open, copy or save."""
    settings_clicked = Signal()
    permission_given = Signal(object)
    """The person has answered on a card: `(request, approval)`."""

    def connect_actions(self, actions: Actions) -> None:
        """Pass on what the buttons below an answer tell."""
        actions.retry_clicked.connect(self._retry)
        actions.continue_clicked.connect(self._continue)
        actions.settings_clicked.connect(self.settings_clicked)
        actions.resized.connect(self._resized)

    def connect_foot(self, foot: AnswerFoot) -> None:
        """Pass on what the line below an answer tells."""
        foot.copy_clicked.connect(self._copy_message)
        foot.rich_clicked.connect(self._copy_rich)
        foot.regenerate_clicked.connect(self._regenerate)
        foot.regenerate_with_clicked.connect(self._regenerate_with)
        foot.run_on_clicked.connect(self._run_on)
        foot.branch_clicked.connect(self.branch_clicked)

    def want_result(self, item: AnswerItem, action: str) -> None:
        """Something shall be done with what came of an answer."""
        self.result_wanted.emit((item.id, action))

    def connect_card(self, card: QuestionCard) -> None:
        """Pass on what a question's card tells."""
        card.picture_clicked.connect(self.picture_clicked)
        card.document_clicked.connect(self.document_clicked)
        card.resized.connect(self._resized)
        card.copy_clicked.connect(self._copy_message)
        card.edit_clicked.connect(self._edit)
        card.branch_clicked.connect(self.branch_clicked)
        if card.blobs():
            self.pictures_wanted.emit(card)

    def connect_asking(self, row: AskingRow) -> None:
        """Pass on what a permission card tells."""
        row.answered.connect(self.permission_given)
        row.resized.connect(self._resized)

    def connect_outcome(self, outcome: Outcome) -> None:
        """Pass on what pictures and documents of a tool tell."""
        outcome.picture_clicked.connect(self.picture_clicked)
        outcome.document_clicked.connect(self.document_clicked)
        if outcome.blobs():
            self.pictures_wanted.emit(outcome)

    def _resized(self, widget: object) -> None:
        row = next((row for row in self._built if row.widget is widget), None)
        if row is not None:
            if isinstance(row.item, QuestionItem) and isinstance(widget, QuestionCard):
                row.item.shows_all = widget.shows_all
            self.relay(row)
            self.settle()

    def _retry(self, item: object) -> None:
        assert isinstance(item, AnswerItem)
        if item.parent is not None:
            self.retry_clicked.emit(item.parent)

    def _continue(self, item: object) -> None:
        assert isinstance(item, AnswerItem)
        self.continue_clicked.emit(item.id)

    def _regenerate(self, item: object) -> None:
        assert isinstance(item, AnswerItem)
        self.regenerate_clicked.emit(item.id)

    def _regenerate_with(self, told: object) -> None:
        assert isinstance(told, tuple)
        item, anchor = told
        self.regenerate_with_clicked.emit((item.id, anchor))

    def _run_on(self, item: object) -> None:
        assert isinstance(item, AnswerItem)
        self.run_on_clicked.emit(item.id)

    def _edit(self, item: object) -> None:
        assert isinstance(item, QuestionItem)
        self.edit_clicked.emit(item.id)

    def _copy_message(self, item: object) -> None:
        assert isinstance(item, QuestionItem | AnswerItem)
        QGuiApplication.clipboard().setText(item.text)

    def _copy_rich(self, item: object) -> None:
        from kireji.ui.chat.transcript.copying import rich_text

        assert isinstance(item, AnswerItem)
        QGuiApplication.clipboard().setMimeData(rich_text(item))
