"""Draws resources/examples/error.png: a terminal with a failed command, for the first question without a screen.

python packaging/examples.py
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).parent.parent / "resources" / "examples" / "error.png"
SIZE = (920, 400)
FONT, BOLD = "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"
TEXT_SIZE, LINE_HEIGHT, BAR, INDENT = 16, 27, 38, 22

BACKGROUND, TITLE_BAR, TITLE = "#0f1720", "#1b242d", "#9aa7b1"
PROMPT, PLAIN, DIM, FAILED = "#7fb4ff", "#a9d3a0", "#8b98a3", "#ff8f7a"

LINES = (
    (("~/shop $ ", PROMPT), ("python deploy.py --env prod", PLAIN)),
    (("Building image shop:2.4.1 ... done in 38.2s", DIM),),
    (("Pushing to registry ... done in 11.7s", DIM),),
    (("Traceback (most recent call last):", PLAIN),),
    (('  File "deploy.py", line 58, in <module>', PLAIN),),
    (("    main()", PLAIN),),
    (('  File "deploy.py", line 41, in main', PLAIN),),
    (('    region = os.environ["REGION"]', PLAIN),),
    (("KeyError: ", FAILED), ("'REGION'", FAILED)),
    (("~/shop $ ", PROMPT), ("echo $?", PLAIN)),
    (("1", PLAIN),),
    (("~/shop $ ", PROMPT),),
)


def draw() -> Image.Image:
    """The picture."""
    picture = Image.new("RGB", SIZE, BACKGROUND)
    pen = ImageDraw.Draw(picture)
    font, bold = ImageFont.truetype(FONT, TEXT_SIZE), ImageFont.truetype(BOLD, 13)
    pen.rectangle((0, 0, SIZE[0], BAR), fill=TITLE_BAR)
    for index, colour in enumerate(("#ff6f61", "#f5bf4f", "#62c554")):
        pen.ellipse((18 + index * 22, 13, 30 + index * 22, 25), fill=colour)
    title = "shop: deploy"
    pen.text(((SIZE[0] - pen.textlength(title, bold)) / 2, 11), title, TITLE, bold)
    x, y = float(INDENT), BAR + 14
    for line in LINES:
        x = float(INDENT)
        for text, colour in line:
            pen.text((x, y), text, colour, font)
            x += pen.textlength(text, font)
        y += LINE_HEIGHT
    pen.rectangle((x, y - LINE_HEIGHT, x + 9, y - LINE_HEIGHT + 19), fill=PLAIN)
    return picture


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    draw().save(TARGET, optimize=True)
    print(TARGET.name, TARGET.stat().st_size, "bytes")
