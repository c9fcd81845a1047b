"""What is kept on disk: the database, the captures and the settings file."""
