"""The processes between the program and its tools; they end every tool when the program is gone, however it went.

    the program ── supervisor ─┬─ keeper ── server ── what that has started
                               └─ keeper ── plugin host

The program holds one socket to the supervisor and one to each keeper. The supervisor (`process`) does nothing but fork
a keeper for each child that is wanted and collect what a keeper leaves. A keeper (`keeper`) starts one child, takes its
standard error into a log, and ends everything below itself when the child ends, when it is told to, when its socket
closes, or when the supervisor is gone. On Linux both are subreapers (prctl(2)): processes whose parent has died become
their children, so that no daemon gets away and each knows which tree it belongs to.

These modules run in processes of their own, started without site-packages: they import the standard library and each
other, nothing else.
"""
