"""Reads property lists with Python's plistlib, and with plistutil where it is installed, and tells what each made of them.

On standard input: paths, one a line. On standard output: one JSON object a line, {path, plistlib, plistutil}, of which each is
{"value": …} or {"error": text}; plistutil is null without it. Values are tagged, so that nothing of their kind is lost.
"""

import base64
import datetime
import json
import os
import plistlib
import shutil
import struct
import subprocess
import sys
import tempfile


def tagged(value):
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, int):
        return {"integer": str(value)}
    if isinstance(value, float):
        return {"real": "nan" if value != value else struct.pack(">d", value).hex()}
    if isinstance(value, (bytes, bytearray)):
        return {"data": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"date": value.replace(microsecond=0).isoformat() + "Z"}
    if isinstance(value, plistlib.UID):
        return {"dict": {"CF$UID": {"integer": str(value.data)}}}
    if isinstance(value, list):
        return [tagged(item) for item in value]
    return {"dict": {str(key): tagged(item) for key, item in value.items()}}


def with_plistlib(path):
    try:
        with open(path, "rb") as file:
            return {"value": tagged(plistlib.load(file))}
    except RecursionError:
        return {"error": "nested too deep"}
    except Exception as error:  # whatever it throws is its answer
        return {"error": f"{type(error).__name__}: {error}"}


def with_plistutil(path, folder):
    """Its value is what it writes as a binary plist, read with plistlib."""
    if shutil.which("plistutil") is None:
        return None
    out = os.path.join(folder, "out")
    if os.path.exists(out):
        os.unlink(out)
    done = subprocess.run(["plistutil", "-i", path, "-f", "bin", "-o", out], capture_output=True, timeout=60)
    if done.returncode != 0 or not os.path.exists(out):
        words = (done.stderr or done.stdout).decode(errors="replace").strip().split("\n")
        return {"error": words[0] or f"exit {done.returncode}"}
    made = with_plistlib(out)
    return made if "value" in made else {"error": f"what it writes cannot be read: {made['error']}"}


with tempfile.TemporaryDirectory() as scratch:
    for line in sys.stdin:
        name = line.rstrip("\n")
        if name != "":
            answer = {"path": name, "plistlib": with_plistlib(name), "plistutil": with_plistutil(name, scratch)}
            print(json.dumps(answer), flush=True)
