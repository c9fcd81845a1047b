"""What can be told of a file by its name: whether it is text, and whether it is worth reading."""

from __future__ import annotations

from kireji.core.words import mark

_OFFICE = mark("Models cannot read this kind of file; save it as a PDF.")
_PICTURE = mark("This is a picture; attach it by itself.")
_SOUND = mark("This is a sound file, which models cannot read.")
_VIDEO = mark("This is a video, which models cannot read.")
_ARCHIVE = mark("This is an archive, which models cannot read.")
_PROGRAM = mark("This is a program, which models cannot read.")
_DATA = mark("This file holds no text that could be read.")

_NO_TEXT = {
    _OFFICE: "doc docx docm dot dotx xls xlsx xlsm xlsb ppt pptx pptm odt ods odp odg pages numbers key",
    _PICTURE: "png jpg jpeg jpe gif bmp tif tiff webp ico icns heic heif avif psd xcf ai eps raw cr2 nef dng jxl",
    _SOUND: "mp3 wav flac ogg oga opus m4a aac wma aif aiff mid",
    _VIDEO: "mp4 m4v mkv webm mov avi wmv mpg mpeg flv",
    _ARCHIVE: "zip tar gz tgz bz2 tbz xz txz 7z rar zst lz4 br jar war ear apk ipa whl egg deb rpm iso dmg cab msi",
    _PROGRAM: "exe dll so dylib a o obj lib pyc pyo pyd class wasm bin elf node ko com sys",
    _DATA: (
        "ttf otf woff woff2 eot sqlite sqlite3 db mdb parquet feather npy npz pt pth onnx safetensors h5 hdf5 pkl "
        "pickle mat pack idx gguf tflite pb dat swf blend fbx glb stl lmdb keystore jks p12 pfx der"
    ),
}
_BY_ENDING = {ending: sentence for sentence, endings in _NO_TEXT.items() for ending in endings.split()}

PDF_ENDING = "pdf"

_WRITTEN_BY_PROGRAMS = "lock map svg csv tsv log po pot snap sum ipynb geojson"
_LISTS_OF_PACKAGES = (
    "package-lock.json yarn.lock pnpm-lock.yaml poetry.lock cargo.lock composer.lock gemfile.lock go.sum uv.lock"
)
_DULL_ENDINGS = frozenset(_WRITTEN_BY_PROGRAMS.split())
_DULL_NAMES = frozenset(_LISTS_OF_PACKAGES.split())


_KEPT_IN_FOLDERS = ".ssh .gnupg .aws .azure .kube .password-store"
_KEPT_IN_FILES = (
    "id_rsa id_dsa id_ecdsa id_ed25519 .netrc _netrc .pgpass .git-credentials .htpasswd .pypirc .npmrc .env secring.gpg"
)
_KEYS = frozenset(f"{_KEPT_IN_FOLDERS} {_KEPT_IN_FILES}".split())
_KEY_ENDINGS = frozenset(("kdbx", "ppk", "keytab"))
_EXAMPLES = ("example", "sample", "template", "dist", "defaults")


def ending_of(name: str) -> str:
    """What stands after the last point of a name, in lower case; empty for a name without."""
    last = name.rpartition("/")[2]
    stem, point, ending = last.rpartition(".")
    return ending.lower() if point and stem else ""


def no_text(name: str) -> str:
    """Why a file of this name cannot go along as text, as marked text; empty when it may."""
    return _BY_ENDING.get(ending_of(name), "")


def holds_keys(name: str) -> bool:
    """Whether files or folders of this name are where programs keep keys and passwords.

    Args:
        name: Without the folders it lies in.
    """
    if name in _KEYS or ending_of(name) in _KEY_ENDINGS:
        return True
    return name.startswith(".env.") and not name.endswith(_EXAMPLES)


def dull(name: str) -> bool:
    """Whether a file of this name is written by programs, and rarely what somebody asks about."""
    last = name.rpartition("/")[2].lower()
    return (
        last in _DULL_NAMES
        or ending_of(last) in _DULL_ENDINGS
        or last.endswith((".min.js", ".min.css", "_pb2.py", ".generated.ts"))
    )
