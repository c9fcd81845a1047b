"""From the words on a picture to the same words in another language, in the same places."""
