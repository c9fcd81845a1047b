"""A menu that is open, with the pointer grabbed as menus do, as a program of its own: `python -m … X Y W H`.

It closes when the program ends, or when the person clicks beside it or presses Escape, and then says `closed`.
"""

from __future__ import annotations

import sys

from Xlib import XK, X
from Xlib.display import Display

COLOUR = 0x2266CC


def show(x: int, y: int, width: int, height: int) -> None:
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(
        x, y, width, height, 0, screen.root_depth, background_pixel=COLOUR, override_redirect=True,
        event_mask=X.ExposureMask | X.ButtonPressMask | X.KeyPressMask,
    )  # fmt: skip
    window.map()
    display.sync()
    window.grab_pointer(True, X.ButtonPressMask, X.GrabModeAsync, X.GrabModeAsync, X.NONE, X.NONE, X.CurrentTime)
    window.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    display.sync()
    print("open", flush=True)
    escape = display.keysym_to_keycode(XK.XK_Escape)
    while True:
        event = display.next_event()
        if event.type == X.ButtonPress or (event.type == X.KeyPress and event.detail == escape):
            window.destroy()
            display.sync()
            print("closed", flush=True)
            return


if __name__ == "__main__":
    show(*map(int, sys.argv[1:5]))
