"""The colours and text size in force, and their change while the program runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from kireji.core.settings import AppearanceSettings
from kireji.core.settings import Theme as ThemeChoice
from kireji.ui.stylesheet import stylesheet
from kireji.ui.tokens import LIGHT, THEMES, TYPE_BODY, Colours

_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
}
_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)


class Theme(QObject):
    """Owns the look of all windows: palette, font size and stylesheet of the application.

    Nothing in it moves, so a wish for less movement is met without being asked.

    Args:
        app: Whose look it is.
    """

    changed = Signal()
    """Colours or scale are different; widgets that paint themselves read them again."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._hints = app.styleHints()
        self._family = app.font()
        self._choice = ThemeChoice.SYSTEM
        self._contrast = ""
        self.colours: Colours = LIGHT
        self.scale = 1.0
        app.setStyle("Fusion")
        for effect in _EFFECTS:  # some desktops let menus and lists of choices slide or fade
            app.setEffectEnabled(effect, False)
        self._hints.colorSchemeChanged.connect(self._scheme_changed)
        self._hints.accessibility().contrastPreferenceChanged.connect(self._contrast_changed)
        self._dress()

    @property
    def dark(self) -> bool:
        """Whether the dark colours hold."""
        return self.colours.dark

    def px(self, size: float) -> int:
        """A type size in logical pixels, scaled as the person wants text."""
        return round(size * self.scale)

    def apply(self, appearance: AppearanceSettings) -> None:
        """Take the person's choice over."""
        self.scale = appearance.text_scale
        self._contrast = appearance.contrast
        if self._choice is not appearance.theme:
            self._choice = appearance.theme
            # For window frames and the system's own dialogs, where the platform can do it.
            self._hints.setColorScheme(_SCHEMES[appearance.theme])
        self._dress()

    def _scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        self._dress()

    def _contrast_changed(self, _preference: Qt.ContrastPreference) -> None:
        self._dress()

    def system_wants_contrast(self) -> bool:
        """Whether the system asks its programs for high contrast."""
        return self._hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast

    def _dress(self) -> None:
        dark = self._hints.colorScheme() is Qt.ColorScheme.Dark
        if self._choice is not ThemeChoice.SYSTEM:
            dark = self._choice is ThemeChoice.DARK
        strong = self._contrast == "high" if self._contrast else self.system_wants_contrast()
        colours = next(each for each in THEMES if (each.dark, each.strong) == (dark, strong))
        sheet = stylesheet(colours, self.scale, mirrored=self._app.isRightToLeft())
        if sheet == self._app.styleSheet():
            return
        self.colours = colours
        font = self._family
        font.setPixelSize(self.px(TYPE_BODY))
        font.setWeight(QFont.Weight.Normal)
        self._app.setFont(font)
        self._app.setPalette(_palette(colours))
        self._app.setStyleSheet(sheet)
        self.changed.emit()


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, value in {
        role.Window: colours.background,
        role.WindowText: colours.ink,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.ink,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.ink,
        role.BrightText: colours.accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.ink,
        role.Highlight: colours.accent_soft,
        role.HighlightedText: colours.ink,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Accent: colours.accent,
        role.Light: colours.raised,
        role.Midlight: colours.raised,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.faint,
    }.items():
        palette.setColor(name, QColor(value))
    for kind in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, kind, QColor(colours.muted))
    return palette
