"""Context for questions: folders and files of this computer, and the words in PDF documents."""
