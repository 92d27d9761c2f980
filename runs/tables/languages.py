# ruff: noqa: RUF001 - letters of many alphabets look alike
"""How well a text decoded from bytes looks like a language people write tables in.

Every encoding turns the same bytes into other letters, and only the right one into
letters of one language that stand where letters stand. The measure is the likelihood of
the characters beyond ASCII: how frequent a letter is in a language (after Zipf, by its
rank), and whether its neighbours and its case fit.
"""

import math
import unicodedata
from collections import Counter
from typing import Final

# Letters beyond ASCII, the most frequent first.
_LATIN: Final = ("cp1252", "cp850", "mac_roman", "cp437")
_CENTRAL: Final = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
_BALTIC: Final = ("cp1257", "cp775")
_CYRILLIC: Final = ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic")
_ALPHABETS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    # Names of many countries together come first, then single languages.
    ("éáüöíóäñåøèçëãôæêàúßâîðõ", _LATIN),
    ("éèàêçôîûùâïëœ", _LATIN),
    ("üäöß", _LATIN),
    ("óáíéñúü¿¡ºª", _LATIN),
    ("ãçáéíóõêâúàô", _LATIN),
    ("åøæöäé", (*_LATIN, "cp865")),
    ("äöåé", _LATIN),
    ("àèìòùé", _LATIN),
    ("ðíáþæöóúýé", ("cp1252", "cp861")),
    ("łóążęśćńź", _CENTRAL),
    ("áíéěčřžšýůúťďňóľôĺ", _CENTRAL),
    ("áéöóőíüúű", _CENTRAL),
    ("ăâîşţșț", _CENTRAL),
    ("čšžćđ", _CENTRAL),
    ("ıüşçğöİâ", ("cp1254", "iso8859_9", "cp857")),
    ("ėšžųąįčūę", _BALTIC),
    ("āīēšņļūžģčķ", _BALTIC),
    ("õäüöšž", ("cp1257",)),
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", _CYRILLIC),
    ("оаинвітерскдлупмязьбгчйхцжїшюєщґф", ("cp1251", "koi8_u", "cp1125", "iso8859_5")),
    ("аоиетнрвсдлкпмзябгучъщжцйхшюфьѝ", ("cp1251", "iso8859_5")),
    ("αοιετσνηρπκμλςυάόδγίήέωθχφύβώξζψϊ", ("cp1253", "iso8859_7", "cp737")),
    ("יוהלארתבשמנעדקחםפטצןגסזכךףץ", ("cp1255", "iso8859_8", "cp862")),
    ("اليمنرتبوسدعهفقكحجشأةصطخضزذئغإءظؤىثآ", ("cp1256", "iso8859_6")),
    ("นารกอง่เมย้ลวดทสิตัีคปบุ์จหแพไใื็ะูขโชผซถศำธณ", ("cp874",)),
)
_IDEOGRAPHS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "的一是不了在人有我他这中大来上国个到说们为子和地出道也时年得就那要下以生会自着去"
        "之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方"
        "又如前所本见经头面公同三已老从动两长名市区县州省路号街镇村编码数据价格产品姓址电话"
        "北京上海广东江山川南西安建金王李张刘陈杨男女期月类型",
        ("gb18030",),
    ),
    (
        "的一是不了在人有我他這中大來上國個到說們為子和地出道也時年得就那要下以生會自著去"
        "之過家學對可她里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方"
        "又如前所本見經頭面公同三已老從動兩長名市區縣州省路號街鎮村編碼數據價格產品姓址電話"
        "臺北灣高雄東江山川南西安建金王李張劉陳楊男女期月類型資料",
        ("big5",),
    ),
    (
        "日一国人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小"
        "七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨"
        "県市区町村番号住所氏田京都府株式会社商品価格数量合計部店大阪",
        ("cp932", "euc_jp"),
    ),
    (
        "이다는의에을가한고를하도지은시로서기사인어자리과나수대있정해그라부일스전들구제아"
        "만상주보장니연서울산동경성남북원유여모세신소공화무비용계선안우적조치개마영국진도",
        ("cp949",),
    ),
)
# Signs that occur in tables of any language.
_SIGNS: Final = frozenset("’‘“”„–—…•€£¥°§©®™½¼¾²³µ×·«»º\u00a0№、。「」・（）：，％")
_KANA: Final = ("\u3041", "\u30fe")
_HANGUL: Final = ("\uac00", "\ud7a3")
_HAN: Final = ("\u4e00", "\u9fa5")

# How much more evidence than the usual encoding of the West each other one needs.
_DOUBT: Final = {
    "cp1252": 0.0,
    "cp1250": 2.0,
    "cp1251": 2.0,
    "cp1253": 2.0,
    "cp1254": 2.0,
    "cp1255": 2.0,
    "cp1256": 2.0,
    "gb18030": 2.0,
    "big5": 2.0,
    "cp932": 2.0,
    "euc_jp": 2.0,
    "cp949": 2.0,
    "iso8859_2": 2.5,
    "koi8_r": 2.5,
}
_MORE_DOUBT: Final = 4.0

_NEVER: Final = math.log(1e-6)
_SIGN: Final = math.log(0.005)
_RARE_LETTER: Final = math.log(5e-4)
_FOREIGN_LETTER: Final = math.log(5e-5)
_ODD_CASE: Final = math.log(1e-3)
_ODD_NEIGHBOUR: Final = math.log(1e-3)
_ALONE: Final = math.log(0.1)
_CAPITAL: Final = math.log(0.15)


def _by_rank(letters: str, share: float) -> dict[str, float]:
    total = sum(1 / rank for rank in range(1, len(letters) + 1))
    return {
        letter: math.log(share / (rank * total))
        for rank, letter in enumerate(letters, start=1)
    }


def _evenly(letters: str, share: float) -> dict[str, float]:
    return dict.fromkeys(letters, math.log(share / len(set(letters))))


_MODELS: Final[tuple[tuple[dict[str, float], tuple[str, ...]], ...]] = (
    *((_by_rank(letters, 0.9), names) for letters, names in _ALPHABETS),
    *((_evenly(letters, 0.4), names) for letters, names in _IDEOGRAPHS),
)


def likeliest_encoding(data: bytes) -> str:
    """Find the encoding that makes bytes a text in some language.

    Parameters
    ----------
    data : bytes
        Lines that hold bytes above 127.

    Returns
    -------
    str
        A name Python knows; ``cp1252`` if nothing fits better.
    """
    best, best_score = "cp1252", -math.inf
    decoded: dict[str, Counter[tuple[str, float]]] = {}
    for model, names in _MODELS:
        for name in names:
            if name not in decoded:
                decoded[name] = _characters(data.decode(name, errors="replace"))
            score = -_DOUBT.get(name, _MORE_DOUBT)
            for (char, penalty), n in decoded[name].items():
                score += n * max(_log_likelihood(char, model, name) + penalty, _NEVER)
            if score > best_score:
                best, best_score = name, score
    return best


def _characters(text: str) -> Counter[tuple[str, float]]:
    """Count characters beyond ASCII by how little they fit their neighbours."""
    found: Counter[tuple[str, float]] = Counter()
    for i, char in enumerate(text):
        if char > "\x7f":
            before = text[i - 1] if i else "\n"
            after = text[i + 1] if i + 1 < len(text) else "\n"
            found[char, _misfit(before, char, after)] += 1
    return found


def _misfit(before: str, char: str, after: str) -> float:
    if not _is_letter(char):
        inside = before.isalpha() and after.isalpha() and char not in "’·\u00a0"
        return _ODD_NEIGHBOUR if inside else 0.0
    penalty = 0.0
    if char.isupper() and before.islower():
        penalty += _ODD_CASE
    if char.isupper() and not (before.isalpha() or after.isalpha()):
        penalty += _ALONE
    # Latin letters do not stand beside those of other alphabets.
    if char >= "\u0370" and char < "\u1e00":
        penalty += _ODD_NEIGHBOUR * sum(
            "A" <= other <= "z" and other.isalpha() for other in (before, after)
        )
    return penalty


def _is_letter(char: str) -> bool:
    # Vowels above and below letters are marks to Unicode.
    return char.isalpha() or unicodedata.category(char).startswith("M")


def _log_likelihood(char: str, model: dict[str, float], name: str) -> float:
    known = model.get(char)
    if known is not None:
        return known
    lower = model.get(char.lower())
    if lower is not None:
        return lower + _CAPITAL
    if char in _SIGNS:
        return _SIGN
    if name in ("cp932", "euc_jp") and _KANA[0] <= char <= _KANA[1]:
        return math.log(0.4 / 120)
    if name == "cp949" and _HANGUL[0] <= char <= _HANGUL[1]:
        return math.log(0.5 / 2350)
    if len(model) > 60 and _HAN[0] <= char <= _HAN[1]:  # a language of ideographs
        return math.log(0.2 / 3500) if _is_common(char, name) else _NEVER
    if len(model) <= 60 and _is_letter(char):
        # The blocks of Unicode are a script each; Latin has several.
        first = next(iter(model))
        if ord(char) >> 7 == ord(first) >> 7 and char >= "\u0370":
            return _RARE_LETTER
        return _FOREIGN_LETTER if char < "\u0250" > first else _NEVER
    return _NEVER


def _is_common(char: str, name: str) -> bool:
    """Tell whether an ideograph is on the first level of its national standard."""
    try:
        code = char.encode(name)
    except UnicodeEncodeError:
        return False
    lead = code[0]
    if name == "gb18030":
        return len(code) == 2 and 0xB0 <= lead <= 0xD7 and code[1] >= 0xA1
    if name == "big5":
        return 0xA4 <= lead <= 0xC6
    if name == "cp932":
        return 0x88 <= lead <= 0x98
    return name == "euc_jp" and 0xB0 <= lead <= 0xCF
