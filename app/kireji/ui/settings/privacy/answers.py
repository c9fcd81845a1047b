"""The person's own rules for answers."""

from __future__ import annotations

from kireji.core.privacy import PrivacySettings
from kireji.ui.settings.cards import Card, line
from kireji.ui.settings.privacy.text_list import TextList, Wrong
from kireji.ui.settings.privacy.trial import Trial
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


class AnswersCard(Card):
    """Texts at which answers stop, texts that are masked in them, and a field to try both.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("In answers"))
        self.masks = TextList(
            theme,
            tr("Masked"),
            tr("▇▇▇ stands in their place, in the window, on the command line and in the history."),
            tr("Nightingale, or a pattern such as /\\d{3}-\\d{4}/"),
        )
        self.stops = TextList(
            theme,
            tr("Stops"),
            tr("An answer ends before the first of them."),
            tr("In conclusion"),
        )
        self.trial = Trial(
            tr("Try the rules"),
            tr("Type what a model could answer, and see what would be shown of it."),
            tr("Nightingale begins on Monday. In conclusion, …"),
            tr("What would be shown"),
        )
        self.set_chip("", "idle")
        self.say(
            tr(
                "Your rules hold while an answer comes, however it is cut into pieces. A text is found in any case; "
                "between two strokes it is a pattern. What a model passes to tools is left as it is."
            )
        )
        self.add(line(), self.masks, line(), self.stops, line(), self.trial)

    def show_settings(self, privacy: PrivacySettings, wrong_masks: Wrong, wrong_stops: Wrong) -> None:
        """What holds now, and rules of the file that cannot."""
        self.masks.show_texts(privacy.masks, wrong_masks)
        self.stops.show_texts(privacy.stops, wrong_stops)
