"""Text in pictures, read on this computer by a worker process."""
