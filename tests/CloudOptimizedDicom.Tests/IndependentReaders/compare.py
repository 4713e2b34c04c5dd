"""Reads DICOM files with pydicom and with dcm2json of dcmtk, and compares each element with the DICOM JSON of ours.

Arguments: a folder that has NAME.dcm and NAME.json for each file. Prints one line a difference: NAME, reader, place, what.
A reader that cannot read a file makes a line of the whole file, with the place "-".
"""

import base64
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import warnings

import pydicom
import pydicom.config
from pydicom.charset import decode_element
from pydicom.dataelem import DataElement, DataElement_from_raw, RawDataElement
from pydicom.filewriter import correct_ambiguous_vr_element

warnings.simplefilter("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

BINARY = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
MAX_INLINE = 768
HEAD = 512


def trim(text):
    return text.rstrip(" \0")


def number(value):
    """Numbers as numbers; what is none stays the text that it is."""
    if value is None or isinstance(value, bool):
        return None
    try:
        result = float(value)
    except (TypeError, ValueError):
        return trim(str(value)).strip()
    return str(result) if math.isnan(result) or math.isinf(result) else result


def name(value):
    if isinstance(value, dict):
        groups = [value.get(key, "") for key in ("Alphabetic", "Ideographic", "Phonetic")]
    else:
        groups = str(value or "").split("=", 2)
    return [trim(group) for group in groups + [""] * (3 - len(groups))]


def values(vr, items):
    """The values of an element in a form that can be compared; an element of empty values is an empty one."""
    if vr == "PN":
        result = [name(item) for item in items]
        empty = ["", "", ""]
    elif vr == "FL":
        # dcm2json writes nine digits, which are enough for 32 bits.
        result = [struct.pack("<f", item) if isinstance(item, float) else item for item in map(number, items)]
        empty = None
    elif vr in ("DS", "IS", "FD", "US", "SS", "UL", "SL", "SV", "UV"):
        result = [number(item) for item in items]
        result = [None if item == "" else item for item in result]
        empty = None
    else:
        result = [trim(str(item if item is not None else "")).lstrip(" " if vr == "AE" else "") for item in items]
        empty = ""
    return [] if all(item == empty for item in result) else result


def binary(data):
    return ["bytes", len(data), data.hex()] if len(data) <= MAX_INLINE else ["bulk", data[:HEAD].decode("utf-8", "replace")]


def of_json(elements):
    result = {}
    for tag, element in elements.items():
        vr = element["vr"]
        if vr == "SQ":
            result[tag] = (vr, [of_json(item or {}) for item in element.get("Value", [])])
        elif "InlineBinary" in element:
            result[tag] = (vr, binary(base64.b64decode(element["InlineBinary"])))
        elif "BulkDataURI" in element:
            result[tag] = (vr, ["bulk", element["BulkDataURI"]["head"]])
        elif vr in BINARY:
            result[tag] = (vr, binary(b""))
        else:
            result[tag] = (vr, values(vr, element.get("Value", [])))
    return result


def of_pydicom(dataset, parent=None):
    result = {}
    for tag in dataset.keys():
        raw = dataset.get_item(tag)
        vr, value = raw.VR, raw.value
        if isinstance(raw, RawDataElement):
            try:
                element = DataElement_from_raw(raw, dataset._character_set, dataset)
                element = correct_ambiguous_vr_element(element, dataset, raw.is_little_endian)
                if vr not in ("SQ",):
                    decode_element(element, dataset._character_set)
                vr, value = element.VR, element.value
            except Exception:
                value = (raw.value or b"").decode("latin-1").split("\\") if raw.value else []
                vr = vr or "UN"
        else:
            element = raw
        if vr == "SQ":
            result[f"{tag:08X}"] = (vr, [of_pydicom(item) for item in (value or [])])
        elif vr in BINARY or isinstance(value, (bytes, bytearray)):
            result[f"{tag:08X}"] = (vr, binary(bytes(value or b"")))
        else:
            items = [] if value is None else list(value) if isinstance(value, (list, tuple, pydicom.multival.MultiValue)) else [value]
            if vr == "AT":
                items = [f"{int(item):08X}" for item in items]
            result[f"{tag:08X}"] = (vr, values(vr, items))
    return result


def read_pydicom(path):
    dataset = pydicom.dcmread(path, force=True)
    result = of_pydicom(dataset)
    for tag, element in of_pydicom(getattr(dataset, "file_meta", None) or {}).items():
        result.setdefault(tag, element)
    return result, ()


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def read_dcmtk(path):
    removed = ()
    code, text, error = run("dcm2json", "+m", "-fc", "-ee", path)
    if "compressed pixel data" in error:
        # dcm2json has no way to write fragments: all but them is compared, and what dcmodify writes anew or drops.
        removed = ("7FE00010", "0002", "FFFCFFFC")
        shutil.copy(path, path + ".cut")
        run("dcmodify", "-nb", "-ea", "(7fe0,0010)", path + ".cut")
        code, text, error = run("dcm2json", "+m", "-fc", "-ee", path + ".cut")
        os.remove(path + ".cut")
    if code != 0 or not text.strip():
        raise ValueError(error)
    return {tag: element for tag, element in of_json(json.loads(text)).items() if not tag.startswith(removed)}, removed


def compare(ours, others, path, report):
    for tag in sorted(set(ours) | set(others)):
        place = path + tag
        if tag not in others:
            report(place, f"only ours: {ours[tag][0]}")
        elif tag not in ours:
            report(place, f"only theirs: {others[tag][0]}")
        elif ours[tag][0] != others[tag][0]:
            report(place, f"representation {ours[tag][0]}, theirs {others[tag][0]}")
        elif ours[tag][0] == "SQ":
            (mine, other) = (ours[tag][1], others[tag][1])
            if len(mine) != len(other):
                report(place, f"{len(mine)} items, theirs {len(other)}")
            else:
                for i, (a, b) in enumerate(zip(mine, other)):
                    compare(a, b, f"{place}[{i}].", report)
        elif ours[tag][1] != others[tag][1]:
            report(place, "value" + (f" {ours[tag][1]!r} theirs {others[tag][1]!r}"[:300] if "-v" in sys.argv else ""))


def main(folder):
    for file in sorted(entry[:-5] for entry in os.listdir(folder) if entry.endswith(".json")):
        with open(os.path.join(folder, file + ".json"), encoding="utf-8") as text:
            ours = of_json(json.load(text))
        for reader, read in (("pydicom", read_pydicom), ("dcmtk", read_dcmtk)):
            report = lambda place, what: print(f"{file}\t{reader}\t{place}\t{what}")
            try:
                others, removed = read(os.path.join(folder, file + ".dcm"))
            except Exception as error:
                report("-", f"cannot read it: {type(error).__name__}")
                if "-v" in sys.argv:
                    print("   ", error)
                continue
            compare({tag: element for tag, element in ours.items() if not tag.startswith(removed)}, others, "", report)


main(sys.argv[1])
