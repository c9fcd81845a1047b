"""A window without decoration at an exact place, showing given pixels; shared by the programs beside this file."""

from __future__ import annotations

from Xlib import X, Xatom, Xutil
from Xlib.display import Display

_BYTES_PER_REQUEST = 200_000


def show(x: int, y: int, width: int, height: int, pixels: bytes) -> None:
    """Show `pixels` (blue, green, red, unused) until killed; prints "shown" when they are on the screen.

    The window manager places it, as it does any program's window, but draws no frame around it.
    """
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(
        x, y, width, height, 0, screen.root_depth, X.InputOutput, X.CopyFromParent, event_mask=X.ExposureMask
    )
    hints = display.intern_atom("_MOTIF_WM_HINTS")
    window.change_property(hints, hints, 32, [2, 0, 0, 0, 0])
    window.set_wm_normal_hints(flags=Xutil.USPosition | Xutil.USSize, x=x, y=y, width=width, height=height)
    window.change_property(Xatom.WM_NAME, Xatom.STRING, 8, b"plain window")
    context = window.create_gc()
    window.map()
    shown = False
    while True:
        event = display.next_event()
        if event.type != X.Expose or event.count:
            continue
        rows = max(1, _BYTES_PER_REQUEST // (width * 4))
        for top in range(0, height, rows):
            count = min(rows, height - top)
            piece = pixels[top * width * 4 : (top + count) * width * 4]
            window.put_image(context, 0, top, width, count, X.ZPixmap, screen.root_depth, 0, piece)
        display.sync()
        if not shown:
            shown = True
            print("shown", flush=True)
