"""Words and numbers as people of several countries write them."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import NamedTuple


class Country(NamedTuple):
    """How a country writes.

    Args:
        code: Of its language.
        grouping: Between thousands.
        point: Before the places.
        currency: Sign or code.
        before: Whether that stands before the number.
        places: Of amounts.
        date: For strftime.
        words: Headings and labels by their key.
        items: What is sold there.
        people: Who lives there.
        towns: Where.
    """

    code: str
    grouping: str
    point: str
    currency: str
    before: bool
    places: int
    date: str
    words: dict[str, str]
    items: tuple[str, ...]
    people: tuple[str, ...]
    towns: tuple[str, ...]

    def number(self, value: Decimal, places: int = -1) -> str:
        """A number, grouped."""
        count = self.places if places < 0 else places
        text = f"{value:,.{count}f}"
        return text.translate({ord(","): self.grouping, ord("."): self.point})

    def money(self, value: Decimal, *, sign: bool) -> str:
        """An amount."""
        number = self.number(value)
        if not sign:
            return number
        if not self.before:
            return f"{number}{'' if self.currency == '円' else ' '}{self.currency}"
        return f"{self.currency}{' ' if self.currency.isalpha() else ''}{number}"

    def day(self, day: datetime.date) -> str:
        """A date."""
        return day.strftime(self.date)


_EN = {
    "item": "Item", "quantity": "Qty", "price": "Price", "amount": "Amount", "subtotal": "Subtotal", "tax": "Tax",
    "total": "Total", "date": "Date", "number": "Receipt No.", "name": "Name", "city": "City", "status": "Status",
    "customer": "Customer", "phone": "Phone", "share": "Share", "order": "Order", "due": "Due", "email": "Email",
    "cash": "Cash", "change": "Change", "stock": "In stock", "weight": "Weight", "birth": "Born", "account": "Account",
    "note": "Note",
    "open": "Open", "paid": "Paid", "late": "Overdue", "title": "Orders of the week", "form": "Application",
}  # fmt: skip
_DE = {
    "item": "Artikel", "quantity": "Menge", "price": "Preis", "amount": "Betrag", "subtotal": "Zwischensumme",
    "tax": "MwSt.", "total": "Summe", "date": "Datum", "number": "Beleg-Nr.", "name": "Name", "city": "Ort",
    "status": "Status", "customer": "Kunde", "phone": "Telefon", "share": "Anteil", "order": "Auftrag",
    "due": "Fällig", "email": "E-Mail", "cash": "Bar", "change": "Rückgeld", "stock": "Bestand", "weight": "Gewicht",
    "birth": "Geboren", "account": "Konto", "note": "Bemerkung",
    "open": "Offen", "paid": "Bezahlt", "late": "Überfällig", "title": "Aufträge der Woche", "form": "Antrag",
}  # fmt: skip
_JA = {
    "item": "商品", "quantity": "数量", "price": "単価", "amount": "金額", "subtotal": "小計", "tax": "消費税",
    "total": "合計", "date": "日付", "number": "伝票番号", "name": "氏名", "city": "市", "status": "状態",
    "customer": "顧客", "phone": "電話", "share": "割合", "order": "注文", "due": "期限", "email": "メール",
    "cash": "現金", "change": "お釣り", "stock": "在庫", "weight": "重量", "birth": "生年月日", "account": "口座",
    "note": "備考",
    "open": "未払", "paid": "支払済", "late": "遅延", "title": "注文一覧", "form": "申込書",
}  # fmt: skip
_ITEMS_EN = (
    "Coffee", "Espresso", "Green tea", "Blueberry muffin", "Cheese sandwich", "Orange juice", "Notebook A5",
    "Ballpoint pen", "Desk lamp", "USB cable", "Batteries AA", "Screwdriver", "Paint roller", "Garden hose",
    "Olive oil", "Brown bread", "Almond milk", "Dish soap", "Paper towels", "Light bulb", "Phone case",
    "Water bottle", "Hand cream", "Toothbrush", "Rice 1 kg", "Pasta 500 g", "Tomatoes", "Bananas", "Apples",
)  # fmt: skip
_ITEMS_DE = (
    "Kaffee", "Milchkaffee", "Kräutertee", "Käsebrötchen", "Apfelkuchen", "Mineralwasser", "Notizheft A5",
    "Kugelschreiber", "Schreibtischlampe", "Ladekabel", "Batterien AA", "Schraubenzieher", "Gartenschlauch",
    "Olivenöl", "Vollkornbrot", "Hafermilch", "Spülmittel", "Küchenrolle", "Glühbirne", "Zahnbürste", "Reis 1 kg",
    "Nudeln 500 g", "Tomaten", "Bananen", "Äpfel", "Weintrauben", "Quark", "Brezel",
)  # fmt: skip
_ITEMS_JA = (
    "コーヒー", "緑茶", "おにぎり", "弁当", "牛乳", "食パン", "りんご", "バナナ", "卵", "豆腐", "味噌", "醤油", "米",
    "ノート", "鉛筆", "電池", "石鹸", "歯ブラシ", "水", "茶碗",
)  # fmt: skip
_PEOPLE_EN = (
    "Emma Johnson", "Liam Carter", "Olivia Brooks", "Noah Bennett", "Ava Mitchell", "James Parker", "Sophia Reed",
    "Lucas Hughes", "Mia Foster", "Henry Walsh", "Grace Coleman", "Owen Barnes", "Chloe Sutton", "Jack Harper",
    "Ella Dawson", "Adam Whitfield", "Ruby Lawson", "Peter Nash", "Helen Moss", "George Kemp", "Martha Quinn",
)  # fmt: skip
_PEOPLE_DE = (
    "Anna Schmidt", "Lukas Weber", "Jürgen Köhler", "Sabine Vogel", "Peter Hoffmann", "Ulrike Schäfer",
    "Thomas Becker", "Katrin Lehmann", "Stefan Groß", "Monika Zimmermann", "Andreas Wolf", "Heike Neumann",
    "Markus Braun", "Claudia Krüger", "Jens Hartmann", "Petra Lange", "Uwe Fuchs", "Birgit Schulz", "Dirk Maier",
)  # fmt: skip
_PEOPLE_JA = (
    "佐藤 健", "鈴木 花子", "高橋 誠", "田中 美咲", "伊藤 翔", "渡辺 結衣", "山本 大輔", "中村 愛", "小林 直樹",
    "加藤 葵", "吉田 健一", "山田 太郎", "松本 恵", "井上 進", "木村 真理",
)  # fmt: skip
_TOWNS_EN = (
    "Bristol", "Leeds", "Oxford", "Brighton", "Norwich", "Exeter", "Durham", "Lincoln", "Boston", "Denver", "Austin",
    "Portland", "Madison", "Savannah", "Tucson", "Omaha",
)  # fmt: skip
_TOWNS_DE = (
    "Hamburg", "Leipzig", "Köln", "München", "Dresden", "Münster", "Bremen", "Rostock", "Freiburg", "Kassel",
    "Würzburg", "Lübeck", "Erfurt", "Augsburg", "Bielefeld",
)  # fmt: skip
_TOWNS_JA = ("東京", "大阪", "京都", "札幌", "福岡", "仙台", "広島", "名古屋", "横浜", "神戸", "長野", "金沢")

COUNTRIES = {
    "us": Country("en", ",", ".", "$", True, 2, "%m/%d/%Y", _EN, _ITEMS_EN, _PEOPLE_EN, _TOWNS_EN),
    "uk": Country("en", ",", ".", "£", True, 2, "%d %b %Y", _EN, _ITEMS_EN, _PEOPLE_EN, _TOWNS_EN),
    "en": Country("en", ",", ".", "USD", False, 2, "%Y-%m-%d", _EN, _ITEMS_EN, _PEOPLE_EN, _TOWNS_EN),
    "de": Country("de", ".", ",", "€", False, 2, "%d.%m.%Y", _DE, _ITEMS_DE, _PEOPLE_DE, _TOWNS_DE),
    "at": Country("de", " ", ",", "EUR", False, 2, "%d.%m.%Y", _DE, _ITEMS_DE, _PEOPLE_DE, _TOWNS_DE),
    "ch": Country("de", "'", ".", "CHF", True, 2, "%d.%m.%Y", _DE, _ITEMS_DE, _PEOPLE_DE, _TOWNS_DE),
    "ja": Country("ja", ",", ".", "円", False, 0, "%Y年%m月%d日", _JA, _ITEMS_JA, _PEOPLE_JA, _TOWNS_JA),
    "jp": Country("ja", ",", ".", "¥", True, 0, "%Y/%m/%d", _JA, _ITEMS_JA, _PEOPLE_JA, _TOWNS_JA),
}


def any_country(rng: random.Random) -> Country:
    """Mostly of Latin letters."""
    return COUNTRIES[rng.choice(("us", "us", "uk", "en", "en", "de", "de", "de", "at", "ch", "ja", "jp"))]


def any_day(rng: random.Random) -> datetime.date:
    """In one of three years."""
    return datetime.date(2024, 1, 1) + datetime.timedelta(rng.randrange(1000))


def any_amount(rng: random.Random, country: Country, most: int = 200) -> Decimal:
    """As things cost there."""
    if not country.places:
        return Decimal(rng.randrange(8, most * 12) * 10)
    return Decimal(rng.randrange(95, most * 100)) / 100
