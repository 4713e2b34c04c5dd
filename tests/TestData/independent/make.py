"""What another reader (pydicom 2.3.1, Debian's python3-pydicom) finds in files of ../dicom.

    /usr/bin/python3 make.py

elements.json: for each file its elements in file order, "<depth> <tag> <VR> <offset of the value> <length>", length -1
    where undefined; items as "<depth> item". Offsets count from the beginning of the (inflated) file. Fragments of
    encapsulated pixels follow their element as "<depth> fragment <offset of the data> <length>".
frames.json: for each multi-frame file the SHA-256 of every stored frame, fragments joined.
"""
import hashlib
import json
import pathlib
import warnings
import zlib

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.encaps import generate_pixel_data_fragment, generate_pixel_data_frame, get_frame_offsets
from pydicom.filebase import DicomBytesIO

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
DICOM = HERE.parent / "dicom"
PIXELS = 0x7FE00010

ELEMENTS = """ct5/0 implicit/1 bigendian/1 deflated/1 odd_nested/odd_nested odd_vrzoo/odd_vrzoo color/8_MONOCHROME2
    mf_jpeg/bot mf_jpeg/frag_nobot mf_rle/eot mf_native/implicit3 nopixel/sr nopixel/pr odd_meta_none/odd_meta_none
    odd_meta_none_implicit/odd_meta_none_implicit odd_no_preamble/odd_no_preamble odd_meta_no_ts/odd_meta_no_ts
    odd_meta_no_grouplength/odd_meta_no_grouplength odd_meta_extra/odd_meta_extra
    odd_meta_private_ts/odd_meta_private_ts""".split()

# pydicom cannot tell these frames apart; the sibling has the same frames, a fragment each.
SIBLINGS = {"mf_rle/frag_nobot": "mf_rle/nobot"}


def walk(dataset, base, depth, lines, data=b""):
    for tag in list(dataset._dict):
        raw = dataset._dict[tag]
        is_raw = isinstance(raw, RawDataElement)
        at = base + (raw.value_tell if is_raw else raw.file_tell)
        undefined = raw.length == 0xFFFFFFFF if is_raw else raw.is_undefined_length
        element = dataset[tag]
        vr = getattr(element.VR, "value", element.VR)
        # A few short elements of the top level are converted already when the file has been read.
        length = -1 if undefined else raw.length if is_raw else int.from_bytes(data[at - (4 if vr == "OB" else 2):at], "little")
        lines.append(f"{depth} {int(tag):08X} {vr} {at} {length}")
        if element.VR == "SQ":
            for item in element.value:
                lines.append(f"{depth + 1} item")
                walk(item, at if is_raw and not undefined else base, depth + 1, lines)
        elif undefined:
            stream = DicomBytesIO(element.value)
            stream.is_little_endian = True
            _, offsets = get_frame_offsets(stream)
            table = stream.tell()
            lines.append(f"{depth} fragment {at + 8} {table - 8}")
            for fragment in generate_pixel_data_fragment(stream):
                lines.append(f"{depth} fragment {at + stream.tell() - len(fragment)} {len(fragment)}")


def elements(name):
    path = DICOM / f"{name}.dcm"
    dataset = pydicom.dcmread(path, force=True)
    lines = []
    data = path.read_bytes()
    walk(dataset.file_meta, 0, 0, lines, data)
    base = 0
    if dataset.file_meta.get("TransferSyntaxUID") == pydicom.uid.DeflatedExplicitVRLittleEndian:
        last = list(dataset.file_meta._dict.values())[-1]
        base = (last.value_tell if isinstance(last, RawDataElement) else last.file_tell) + 10  # (0002,0013), 10 bytes long
        inflated = zlib.decompress(data[base:], -zlib.MAX_WBITS)
        data = data[:base] + inflated
    walk(dataset, base, 0, lines, data)
    return lines


def frames(name):
    dataset = pydicom.dcmread(DICOM / f"{name}.dcm")
    count = int(dataset.NumberOfFrames)
    pixels = dataset.PixelData
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        cut = list(generate_pixel_data_frame(pixels, count))
    else:
        size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
        cut = [pixels[i * size:(i + 1) * size] for i in range(count)]
    if len(cut) != count or b"" in cut or ("JPEG" in dataset.file_meta.TransferSyntaxUID.name and any(frame[:2] != b"\xff\xd8" for frame in cut)):
        raise ValueError("frames cannot be told apart")
    return [hashlib.sha256(frame).hexdigest() for frame in cut]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


write("elements.json", {f"{name}.dcm": elements(name) for name in ELEMENTS})
found = {}
for path in sorted(DICOM.glob("*/*.dcm")):
    name = str(path.relative_to(DICOM))[:-4]
    try:
        count = int(pydicom.dcmread(path, force=True, stop_before_pixels=True).get("NumberOfFrames") or 1)
    except (TypeError, ValueError):
        continue
    if count > 1 and "PixelData" in pydicom.dcmread(path):
        try:
            found[f"{name}.dcm"] = frames(SIBLINGS.get(name, name))
        except Exception as error:
            print(name, "left out:", error)
            continue
write("frames.json", found)
