"""What headings and labels say about the amounts beside them, in several languages."""

from __future__ import annotations

import enum

from kireji.core.extraction.numerals import is_currency
from kireji.core.extraction.tokens import tokens

_LONGEST = 100
"""Characters of a label."""


class Role(enum.Enum):
    """What an amount is."""

    NET = "net"
    """Before taxes, or what stands above comes to."""
    TAX = "tax"
    TOTAL = "total"
    OTHER = "other"
    """What is added or taken away besides: shipping, a tip, a discount."""
    PAID = "paid"
    CHANGE = "change"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"
    APART = "apart"
    """What is no sum: an average, a share, a year."""


_WORDS = {
    Role.NET: (
        "net|netto|net amount|net total|total net|nettobetrag|netto betrag|nettosumme|summe netto|gesamt netto|"
        "subtotal|sub total|zwischensumme|sous total|total ht|montant ht|subtotale|imponibile|base imponible|"
        "neto|importe neto|suma neta|subtotaal|subtotal neto|suma parcial|小計|税抜|税抜金額|税抜合計|小计|소계|подытог"
    ),
    Role.TAX: (
        "tax|sales tax|vat|gst|hst|pst|tax amount|mwst|ust|mehrwertsteuer|umsatzsteuer|steuer|mwst betrag|tva|"
        "taxe|montant tva|iva|imposta|impuesto|importe iva|btw|moms|podatek vat|dph|"
        "消費税|税|税額|消費税額|增值税|税金|부가세|ндс"
    ),
    Role.TOTAL: (
        "total|grand total|sum|total amount|invoice total|order total|total gross|gross total|gross|summe|gesamt|"
        "gesamtsumme|gesamtbetrag|endbetrag|endsumme|rechnungsbetrag|brutto|bruttobetrag|summe brutto|gesamt brutto|"
        "totale|totale fattura|importe total|total ttc|montant ttc|total général|totaal|totalt|suma|razem|celkem|"
        "合計|総計|税込合計|合計金額|总计|合计|總計|합계|총계|итого|всего|toplam|المجموع|الإجمالي|סהכ"
    ),
    Role.OTHER: (
        "shipping|delivery|postage|freight|shipping handling|tip|gratuity|service|service charge|discount|rebate|"
        "rounding|deposit|fee|fees|surcharge|coupon|voucher|credit|versand|versandkosten|lieferung|porto|trinkgeld|"
        "rabatt|skonto|nachlass|pfand|rundung|gebühr|gutschein|anzahlung|livraison|remise|pourboire|frais de port|"
        "acompte|descuento|envío|propina|sconto|spedizione|mancia|korting|送料|割引|値引|手数料|チップ|运费|折扣|할인|배송비"
    ),
    Role.PAID: (
        "cash|cash paid|paid|tendered|amount tendered|given|bar|gegeben|bar gegeben|espèces|efectivo|contanti|"
        "お預り|現金|预收"
    ),
    Role.CHANGE: "change|change due|rückgeld|zurück|wechselgeld|rendu|cambio|resto|お釣り|おつり|釣銭|找零|거스름돈",
    Role.QUANTITY: (
        "qty|quantity|count|units|pcs|pieces|menge|anzahl|stück|stk|quantité|qté|cantidad|cant|quantità|qtà|aantal|"
        "hours|stunden|數量|数量|個数|수량|кол во|количество"
    ),
    Role.PRICE: (
        "price|unit price|price each|each|rate|unit cost|preis|einzelpreis|e preis|stückpreis|preis stück|ep|prix|"
        "prix unitaire|pu|precio|precio unitario|prezzo|prezzo unitario|prijs|単価|单价|單價|단가|цена"
    ),
    Role.AMOUNT: (
        "amount|line total|total|total price|sum|betrag|gesamt|gesamtpreis|summe|g preis|gp|montant|total ht|importe|"
        "importo|totale|bedrag|totaal|金額|金额|小計|合計|금액|сумма|стоимость"
    ),
    Role.APART: (
        "average|avg|mean|median|share|percent|percentage|year|no|nr|number|id|rank|page|durchschnitt|mittelwert|"
        "schnitt|anteil|prozent|jahr|nummer|pos|position|rang|seite|moyenne|pourcentage|année|promedio|media|año|"
        "平均|割合|年|番号|平均值|占比|비율|평균"
    ),
}
_MEANT: dict[str, frozenset[Role]] = {}
for _role, _said in _WORDS.items():
    for _word in _said.split("|"):
        _MEANT[_word] = _MEANT.get(_word, frozenset()) | {_role}
_NOTHING: frozenset[Role] = frozenset()
_ALSO = frozenset(("incl", "inkl", "excl", "exkl", "zzgl", "plus", "of", "in", "the", "à", "de", "at", "zu"))
"""Words that may stand with a label."""
_INCLUDED = frozenset(("incl", "inkl", "including", "included", "enthalten", "darin", "dont", "incluido", "内", "内税"))


def roles(label: str) -> frozenset[Role]:
    """All that a label may mean; a total may be a row's amount or the sum of all."""
    if len(label) > _LONGEST:
        return _NOTHING
    whole = _MEANT.get(label.lower())
    if whole is not None:
        return whole
    words = [token.text for token in tokens(label) if not token.number]
    plain = [word for word in words if word not in _ALSO and word not in _INCLUDED and not is_currency(word.upper())]
    return _MEANT.get(" ".join(words), _NOTHING) | _MEANT.get(" ".join(plain), _NOTHING)


def is_included(label: str) -> bool:
    """Whether a tax is one that the total holds already."""
    return not _INCLUDED.isdisjoint(token.text for token in tokens(label[:_LONGEST]))
