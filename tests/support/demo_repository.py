"""A repository as somebody may ask about it, for pictures."""

from __future__ import annotations

from pathlib import Path

_CODE = '''"""{title}."""


def {name}(order: dict[str, int]) -> int:
    """{title} of an order, in cents."""
    return sum(amount * price for amount, price in order.items())


'''
_WORDS = "{title}: what it does, how it is set up, and what to look at when it fails.\n\n"
_FILES = {
    "README.md": 60,
    "deploy.py": 40,
    "pyproject.toml": 12,
    "shop/__init__.py": 1,
    "shop/basket.py": 70,
    "shop/checkout.py": 90,
    "shop/prices.py": 55,
    "shop/regions.py": 30,
    "shop/web/pages.py": 120,
    "shop/web/forms.py": 85,
    "tests/test_basket.py": 80,
    "tests/test_checkout.py": 75,
    "tests/test_regions.py": 45,
    "docs/deploying.md": 160,
    "docs/regions.md": 90,
    "data/orders-2026.csv": 4_000,
    "data/regions.json": 120,
    "deploy.log": 900,
    "build/shop.tar": 10,
}
"""What is in it, and how often the same lines stand in each."""


def lay_out(folder: Path) -> Path:
    """Write it; log files and `build/` are ignored by git."""
    for name, times in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        title = path.stem.replace("_", " ").capitalize()
        text = _CODE if path.suffix == ".py" else _WORDS
        path.write_text("".join(text.format(title=f"{title} {part}", name=path.stem) for part in range(times)))
    (folder / ".gitignore").write_text("*.log\n/build/\n")
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder
