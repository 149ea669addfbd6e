"""How a name is sorted and found: its pinyin."""

# Surnames read otherwise than the same character elsewhere.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "区": "ou", "盖": "ge",
    "乐": "yue", "覃": "qin", "缪": "miao", "翟": "zhai", "折": "she", "种": "chong", "重": "chong",
    "繁": "po", "召": "shao", "秘": "bi", "黑": "he", "员": "yun", "洗": "xian",
    "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "万俟": "mo qi",
}  # fmt: skip


def pinyin_of(name: str) -> str:
    """Syllables joined by blanks, without tones: `li ming` for 李明.  Other scripts stay, lower-cased."""
    from pypinyin import lazy_pinyin

    for length in (2, 1):
        if (surname := _SURNAMES.get(name[:length])) and len(name) > length:
            return " ".join([surname, *lazy_pinyin(name[length:])]).lower()[:128]
    return " ".join(lazy_pinyin(name)).lower()[:128]
