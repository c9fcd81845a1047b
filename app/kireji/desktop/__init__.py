"""The computer around the program: screens, shortcuts, keychain, folders, the running instance."""
