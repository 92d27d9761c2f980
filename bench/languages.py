# ruff: noqa: RUF001 - letters of many alphabets look alike
"""Tables of words in many languages and encodings, to measure detection on."""

import random
from collections.abc import Iterator
from typing import NamedTuple

WESTERN = ("cp1252", "cp850", "mac_roman")
CENTRAL = ("cp1250", "iso8859_2", "cp852")
PLAIN = ["Smith", "London", "New York", "Data", "Alpha", "Beta corp", "red", "Blue"]
WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "French": (
        "été déjà où garçon Noël élève français hôtel très château cœur naïve août forêt âge cinéma créé Évreux Éric Hélène Besançon",
        WESTERN,
    ),
    "German": (
        "Größe Straße über Müller Köln München schön Bär Füße Übung Öl Ärger Grüße Österreich Düsseldorf Nürnberg weiß heiß",
        (*WESTERN, "cp437"),
    ),
    "Spanish": (
        "niño mañana año español corazón José María ¿qué? ¡sí! Málaga Córdoba León acción País Perú México canción él después",
        WESTERN,
    ),
    "Portuguese": (
        "São João ação coração não é português avó avô informação Pará Ceará Maranhão Brasília opções você três",
        ("cp1252", "cp850"),
    ),
    "Danish": (
        "København Århus Ærø øl på år blå rød Sønderborg Ålborg smørrebrød æble børn Østerbro kærlighed",
        ("cp1252", "cp850", "cp865"),
    ),
    "Swedish": (
        "Göteborg Malmö Örebro Västerås Åre sjö fågel öra år kött bröd Umeå älg Linköping Jönköping Gävle",
        WESTERN,
    ),
    "Finnish": (
        "Hämeenlinna Jyväskylä päivä yö äiti Järvenpää sähkö Mäkinen Hämäläinen työ löytö Äänekoski",
        ("cp1252", "cp850"),
    ),
    "Polish": (
        "Łódź Kraków Gdańsk źródło żółć święto ćma są mężczyzna Wrocław Poznań Śląsk Częstochowa Rzeszów księżyc",
        CENTRAL,
    ),
    "Czech": (
        "Plzeň Ústí Děčín žluťoučký kůň příliš České Budějovice Ostrava Třinec Žďár město řeka šťastný účet",
        CENTRAL,
    ),
    "Hungarian": (
        "Győr Pécs Székesfehérvár őszi tűz ártér hűtő Budapesten Szőlő Békéscsaba Hódmezővásárhely könyv árvíztűrő",
        CENTRAL,
    ),
    "Romanian": (
        "Braşov Timişoara Iaşi Constanţa Ploieşti şi ţară în România oraş mâine Târgu Mureş Bistriţa",
        ("cp1250", "iso8859_2"),
    ),
    "Russian": (
        "Москва Санкт-Петербург Новосибирск Екатеринбург имя фамилия город улица дом Россия число отчёт сумма объект Казань",
        ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"),
    ),
    "Ukrainian": (
        "Київ Львів Харків Одеса Дніпро Україна місто ім'я прізвище вулиця їжак ґанок сума єдність",
        ("cp1251", "koi8_u"),
    ),
    "Bulgarian": (
        "София Пловдив Варна Бургас Русе България град име улица къща обект ябълка",
        ("cp1251",),
    ),
    "Greek": (
        "Αθήνα Θεσσαλονίκη Πάτρα Ελλάδα πόλη όνομα επώνυμο δρόμος σπίτι αριθμός Ηράκλειο ημερομηνία",
        ("cp1253", "iso8859_7"),
    ),
    "Turkish": (
        "İstanbul Ankara İzmir Eskişehir Diyarbakır şehir ağaç çiçek ışık gün öğrenci Kütahya Muğla Şanlıurfa",
        ("cp1254", "iso8859_9"),
    ),
    "Hebrew": (
        "ירושלים תל אביב חיפה שם עיר רחוב בית ישראל מספר תאריך",
        ("cp1255", "iso8859_8"),
    ),
    "Arabic": (
        "القاهرة الرياض بغداد دمشق اسم مدينة شارع بيت رقم تاريخ مصر العراق",
        ("cp1256", "iso8859_6"),
    ),
    "Japanese": (
        "東京 大阪 名古屋 カタカナ ひらがな 名前 住所 電話番号 株式会社 日本語 テスト データ 価格 商品 山田太郎 さくら",
        ("cp932", "euc_jp", "iso2022_jp"),
    ),
    "Chinese, simplified": (
        "北京 上海 广州 深圳 名称 城市 地址 电话 数据 价格 日期 产品 张三 李四 中华人民共和国",
        ("gb18030",),
    ),
    "Chinese, traditional": (
        "臺北 高雄 臺中 名稱 城市 地址 電話 資料 價格 日期 產品 張三 李四 中華民國 測試",
        ("big5",),
    ),
    "Korean": (
        "서울 부산 대구 인천 이름 주소 전화번호 데이터 가격 날짜 상품 김철수 이영희 대한민국",
        ("cp949",),
    ),
    "Thai": (
        "กรุงเทพ เชียงใหม่ ภูเก็ต ชื่อ ที่อยู่ จังหวัด ประเทศไทย ราคา วันที่ สินค้า",
        ("cp874",),
    ),
    "Lithuanian": (
        "Vilnius Šiauliai Klaipėda Panevėžys žmogus ąžuolas įmonė ūkis gyvenamoji čia Lietuva ęėį",
        ("cp1257",),
    ),
    "Latvian": (
        "Rīga Jūrmala Liepāja Ventspils Daugavpils ģimene ķirsis ļoti ņemt šodien žēl Rēzekne",
        ("cp1257",),
    ),
}


class Example(NamedTuple):
    """A table of words, as text and as bytes."""

    language: str
    encoding: str
    text: str
    data: bytes


def examples() -> Iterator[Example]:
    """Make short and long tables, of foreign words only and of few among others."""
    for language, (words, encodings) in WORDS.items():
        for encoding in encodings:
            for n_rows, share in ((3, 1.0), (20, 1.0), (20, 0.3), (300, 0.5)):
                for seed in range(3):
                    key = f"{language} {encoding} {n_rows} {share} {seed}"
                    draw = random.Random(key)  # noqa: S311 - the same ones each time
                    text = table(words.split(), n_rows, share, draw)
                    # Without the few signs that the encoding has not.
                    data = text.encode(encoding, errors="ignore")
                    yield Example(language, encoding, data.decode(encoding), data)


def table(words: list[str], n_rows: int, share: float, draw: random.Random) -> str:
    lines = ["id,name,value"]
    for i in range(n_rows):
        own = [draw.choice(words) for _ in range(draw.choice([1, 1, 2, 3]))]
        # The first row has a foreign word, so that there is something to detect.
        name = " ".join(own) if not i or draw.random() < share else draw.choice(PLAIN)
        lines.append(f"{i},{name},{draw.random():.3f}")
    return "\r\n".join(lines) + "\r\n"
