"""Text in pictures, read on this computer by a process of its own.

The engine needs several hundred megabytes and takes more than a second to load, so it lives in a worker process that is
started when a picture is likely to come and ended when it was idle for a while. `client` is the only module that the
rest of the program sees; `worker` and `engine` run in the child.
"""
