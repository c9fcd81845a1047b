"""A history to look at: for screenshots and for tests of the windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

from kireji.core.history_ports import ConversationStore
from kireji.core.messages import ImagePart, Message, MessageState, Role, StopReason, TextPart, Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.ports import EncodedPicture

MODELS = (
    ModelInfo("anthropic", "claude-haiku-5-5", "Claude Haiku 5.5", 1_000_000, prices=(Price(1, 5, 1.25, 0.1),)),
    ModelInfo("anthropic", "claude-sonnet-5-5", "Claude Sonnet 5.5", 1_000_000, prices=(Price(3, 15, 3.75, 0.3),)),
)

QUESTION = "Why does this fail, and what is the smallest fix?"
ANSWER = """## The deploy script reads a variable that is not set

`deploy.py` line 41 looks up `REGION` in the environment with no default, so Python raises `KeyError` when the \
variable is absent.

```python
# deploy.py
region = os.environ.get("REGION", "eu-west-1")
```

Two ways to put it right:

1. **Give a default** in the script, as above. The smallest change.
2. Set the variable where the build runs:

   ```sh
   export REGION=eu-west-1
   ```

| Way | Changes | Survives a new machine |
| --- | --- | :---: |
| Default in the script | one line | yes |
| Variable in the build | the build's settings | no |
"""
ARABIC = """هذه رسالة خطأ من برنامج البناء. المتغير `REGION` غير معرّف في البيئة.

- أضف قيمة افتراضية في `deploy.py`.
- أو عرّف المتغير قبل تشغيل البناء.

> لا حاجة إلى تغيير أي ملف آخر.
"""
JAPANESE = """この画面は**ネットワーク設定**です。

1. 「プロキシ」を選びます。
2. アドレスに `proxy.example:8080` と入力します。

設定を保存すると、再起動なしで有効になります。
"""
SCREEN = (
    "$ make build",
    "Traceback (most recent call last):",
    '  File "deploy.py", line 41',
    "KeyError: 'REGION'",
)


class Calendar:
    """Times that the history is written at."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.time = self.now

    def __call__(self) -> datetime:
        return self.time

    def back(self, **before: float) -> None:
        """What is written next is that old."""
        self.time = self.now - timedelta(**before)


def terminal_picture() -> EncodedPicture:
    """A picture of an error in a terminal, drawn here so that nothing needs to be shipped."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (680, 240), "#15222f")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(20)
    for number, line in enumerate(SCREEN):
        draw.text((22, 22 + 38 * number), line, fill="#8fc79a", font=font)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return EncodedPicture(buffer.getvalue(), "image/png", 680, 240)


async def fill(store: ConversationStore, calendar: Calendar, picture: ImagePart | None = None) -> int:
    """Write the demo history.

    Args:
        store: Must ask `calendar` for its times.
        calendar: Sets them.
        picture: Stands in the newest question.

    Returns:
        The number of the newest conversation.
    """

    async def talk(title: str, question: str, answer: str, **before: float) -> int:
        calendar.back(**before)
        parts = (TextPart(question),)
        summary, first = await store.create(title, Message(Role.USER, parts))
        await _answer(store, summary.id, first.id, answer)
        return summary.id

    await talk("日本語の設定画面", "この画面は何ですか", JAPANESE, days=1, hours=3)
    await talk("Compare two dashboards", "What changed between these?", "Two panels moved.", days=1, hours=2)
    await talk("Explain this circuit", "What does this circuit do?", "It is a low-pass filter.", days=1, hours=1)
    await talk("ما معنى هذه الرسالة؟", "ما معنى هذه الرسالة؟", ARABIC, hours=3)
    await talk("Invoice → table", "Make this a table", "| Item | Price |\n|---|---:|\n| Paper | 12.00 |", hours=1)
    calendar.back(minutes=2)
    parts: tuple[ImagePart | TextPart, ...] = (
        (TextPart(QUESTION),) if picture is None else (picture, TextPart(QUESTION))
    )
    summary, first = await store.create("Traceback in build log", Message(Role.USER, parts))
    await _answer(store, summary.id, first.id, ANSWER)
    return summary.id


async def _answer(store: ConversationStore, conversation: int, parent: int, text: str) -> None:
    stored = await store.append(
        conversation,
        parent,
        Message(Role.ASSISTANT, ()),
        provider="anthropic",
        model="claude-haiku-5-5",
    )
    await store.update(
        stored.id,
        Message(Role.ASSISTANT, (TextPart(text),)),
        MessageState.COMPLETE,
        usage=Usage(input_tokens=1241, output_tokens=214, cache_read_tokens=8120, cost=0.0031),
        stop=StopReason.END_TURN,
    )
