"""keyring's Secret Service backend, without its leak. Imported by the keychain's thread alone: it loads keyring."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import Any

import secretstorage
from keyring.backends import SecretService
from keyring.errors import InitError, KeyringLocked
from secretstorage.exceptions import SecretStorageException


class Keyring(SecretService.Keyring):
    """The desktop's Secret Service: GNOME Keyring, KWallet 6, KeePassXC."""

    def get_preferred_collection(self) -> Any:
        """The unlocked default collection, on a connection that the caller closes.

        WORKAROUND keyring 25.7: its own method leaves the connection to the bus open when the keychain stays locked.

        Raises:
            InitError: There is no collection and none could be made.
            KeyringLocked: The person dismissed the prompt, or none could be shown.
        """
        with ExitStack() as undo:
            connection = secretstorage.dbus_init()
            undo.callback(connection.close)
            try:
                collection = secretstorage.get_default_collection(connection)
            except SecretStorageException as problem:
                raise InitError("There is no default collection.") from problem
            if collection.is_locked():
                collection.unlock()
                if collection.is_locked():
                    raise KeyringLocked("The collection stays locked.")
            undo.pop_all()
        return collection

    def accounts(self) -> list[tuple[str, str]]:
        """Service and account of all that this program has saved.

        Raises:
            InitError: As for `get_preferred_collection`.
            KeyringLocked: The same.
        """
        names = self.schemes[self.scheme]
        collection = self.get_preferred_collection()
        with closing(collection.connection):
            found = [item.get_attributes() for item in collection.search_items({"application": self.appid})]
        return [(each.get(names["service"], ""), each.get(names["username"], "")) for each in found]
