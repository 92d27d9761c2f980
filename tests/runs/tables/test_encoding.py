# ruff: noqa: RUF001 - letters of many alphabets look alike
"""The encoding is told from the letters it makes."""

import codecs

import pytest

# Sentences, of which none were used to choose the letters' order.
TEXTS = [
    (
        "Le maïs a été récolté près de l'étang où naît la forêt.",
        "cp1252 cp850 mac_roman",
    ),
    ("Fünf große Jäger löschen heißen Käse über der Straße.", "cp1252 cp850 cp437"),
    ("El niño comió una piña y bebió café en el jardín.", "cp1252 mac_roman"),
    ("Os corações não são de pedra, disse a irmã à avó.", "cp1252"),
    ("Rødgrød med fløde på en ø i åen, kære børn.", "cp1252 cp850"),
    ("Zażółć gęślą jaźń, pójdź kińże tę chmurność w głąb.", "cp1250 iso8859_2"),
    ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "cp1250 iso8859_2 cp852"),
    ("Съешь же ещё этих мягких французских булок.", "cp1251 koi8_r cp866 iso8859_5"),
    ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.", "cp1253 iso8859_7"),
    ("Pijamalı hasta yağız şoföre çabucak güvendi.", "cp1254 iso8859_9"),
    ("דג סקרן שט בים מאוכזב ולפתע מצא חברה", "cp1255 iso8859_8"),
    ("نص حكيم له سر قاطع وذو شأن عظيم مكتوب", "cp1256 iso8859_6"),
    ("色は匂へど散りぬるを我が世たれぞ常ならむ", "cp932 euc_jp iso2022_jp"),
    ("天地玄黄宇宙洪荒日月盈昃辰宿列张", "gb18030"),
    ("天地玄黃宇宙洪荒日月盈昃辰宿列張", "big5"),
    ("키스의 고유조건은 입술끼리 만나야 하고", "cp949"),
    ("เป็นมนุษย์สุดประเสริฐเลิศคุณค่า", "cp874"),
]
CASES = [(text, name) for text, names in TEXTS for name in names.split()]


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_sentence_is_read_as_it_was_written(text, encoding, read):
    data = f"id;text\n1;{text}\n2;{text[::2]}\n3;x\n".encode(encoding)

    table = read(data)

    assert table.frame["text"].tolist() == [text, text[::2], "x"]


@pytest.mark.parametrize("sign", ["©", "®", "€", "£", "°", "’"])
def test_single_sign_is_of_the_usual_encoding(sign, read):
    table = read(f"a,b\nBrand{sign} x,1\ny,2\n".encode("cp1252"))

    assert table.frame["a"].tolist() == [f"Brand{sign} x", "y"]
    assert table.reading.encoding == "cp1252"


def test_names_of_many_countries_are_western(read):
    names = [
        "José",
        "Müller",
        "François",
        "Björn",
        "Søren",
        "García",
        "Håkon",
        "Élodie",
    ]
    data = "\n".join(["name", *names]).encode("latin-1")

    assert read(data).frame["name"].tolist() == names


@pytest.mark.parametrize(
    "encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("mark", [True, False])
def test_wide_characters_are_read_with_and_without_mark(encoding, mark, read):
    text = "id,name\n1,Ann é\n2,Łódź\n"
    start = {
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-le": codecs.BOM_UTF32_LE,
        "utf-32-be": codecs.BOM_UTF32_BE,
    }[encoding]

    table = read((start if mark else b"") + text.encode(encoding))

    assert table.frame["name"].tolist() == ["Ann é", "Łódź"]
