"""What is hidden before something is sent, for whom, and of which kinds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from kireji.core.privacy import PrivacySettings
from kireji.core.secrets.kinds import Kind
from kireji.ui.chat.words import provider_name
from kireji.ui.parts import label
from kireji.ui.settings.cards import Card, line
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.privacy.text_list import TextList
from kireji.ui.settings.privacy.trial import Trial
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr

POLICIES = (("always", mark("Always")), ("ask", mark("Ask first")), ("never", mark("Never")))
REMOTE = ("anthropic", "openrouter")
PROVIDERS = (*REMOTE, "local")
KINDS = (
    (Kind.KEY, mark("Keys and tokens of services"), mark("sk-ant-…, ghp_…, AKIA…")),
    (Kind.PRIVATE_KEY, mark("Private keys"), mark("-----BEGIN PRIVATE KEY-----")),
    (Kind.PASSWORD, mark("Passwords"), mark("What stands behind “password:”, and in addresses like https://me:…@host")),
    (Kind.CARD, mark("Credit cards"), mark("4111 1111 1111 1111; only numbers whose check digit is right")),
    (Kind.IBAN, mark("Bank accounts"), mark("DE89 3704 0044 0532 0130 00")),
    (Kind.MAIL, mark("Mail addresses"), mark("ada@example.org")),
    (Kind.PHONE, mark("Telephone numbers"), mark("+49 30 1234567")),
    (Kind.PERSON, mark("Personal numbers"), mark("Tax and social security numbers, identity cards, passports")),
)
"""What can be switched, with an example; a person's own words have a list of their own."""


class HidingCard(Card):
    """For each provider when, and which kinds."""

    policy_chosen = Signal(object, object)
    """A provider, and always, ask or never."""
    kind_switched = Signal(object, object)
    """A `Kind`, and whether it is looked for."""

    def __init__(self) -> None:
        super().__init__(tr("Hide before sending"))
        self.policies = {name: self._policy(name) for name in PROVIDERS}
        self.kinds = {kind: self._kind(kind, title, example) for kind, title, example in KINDS}
        local = label(
            tr("What stays on this computer needs no hiding. Choose another for a server that is somewhere else."),
            "small",
            wrap=True,
        )
        self.trial = Trial(
            tr("Try it"),
            tr("Paste a text to see how it would leave. It is looked through here and goes nowhere."),
            tr("My key is sk-ant-…, write to ada@example.org"),
            tr("As it would leave"),
        )
        self.say(
            tr(
                "Services get [MAIL_1] in the place of an address, and solid boxes in the place of what pictures "
                "show. In answers you read what was there. “Ask first” shows you what was found."
            )
        )
        self.add(*self.policies.values(), local, line(), *self.kinds.values(), line(), self.trial)

    def show_settings(self, privacy: PrivacySettings) -> None:
        """What holds now."""
        for name, row in self.policies.items():
            row.set_value(privacy.of(name))
        for kind, switch in self.kinds.items():
            switch.set_on(kind.value not in privacy.off)
        self.set_chip(*state_of(privacy))

    def _policy(self, provider: str) -> ChoiceRow:
        name = tr("Local server") if provider == "local" else provider_name(provider)
        row = ChoiceRow(name, [(value, tr(words)) for value, words in POLICIES])

        def chosen(value: object) -> None:
            self.policy_chosen.emit(provider, value)

        row.chosen.connect(chosen)
        return row

    def _kind(self, kind: Kind, title: str, example: str) -> SwitchRow:
        row = SwitchRow(tr(title), tr(example))

        def switched(on: object) -> None:
            self.kind_switched.emit(kind, on)

        row.switched.connect(switched)
        return row


class WordsCard(Card):
    """The person's own words.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Your own words"))
        self.enabled = SwitchRow(tr("Hide these too"))
        self.words = TextList(
            theme,
            tr("Words"),
            tr("Names, projects, customers. Whole words, in any case, also in pictures."),
            tr("Project Nightingale"),
        )
        self.set_chip("", "idle")
        self.add(self.enabled, self.words)

    def show_settings(self, privacy: PrivacySettings) -> None:
        """What holds now."""
        self.enabled.set_on(Kind.OWN.value not in privacy.off)
        self.words.show_texts(privacy.words)


def state_of(privacy: PrivacySettings) -> tuple[str, str]:
    """What is true of hiding as a whole: words and kind of a chip."""
    looked_for = [kind for kind in Kind if kind.value not in privacy.off]
    if not looked_for or (looked_for == [Kind.OWN] and not privacy.words):
        return tr("looks for nothing"), "warn"
    bare = [name for name in REMOTE if privacy.of(name) == "never"]
    if len(bare) == len(REMOTE):
        return tr("off"), "warn"
    return (tr("off for {name}", name=provider_name(bare[0])), "warn") if bare else (tr("on"), "ok")


def changed_kinds(off: Sequence[str], kind: Kind, *, on: bool) -> tuple[str, ...]:
    """Which kinds are not looked for when one is switched."""
    return tuple(name for name in off if name != kind.value) + (() if on else (kind.value,))
