"""The HLS playlist of a growing file (RFC 8216): one segment per fragment, as byte ranges of the file itself.

It grows at its end alone (EVENT) and closes with ENDLIST. The addresses in it are the bare name FRAGMENTS: whoever
serves the playlist puts there how the file is reached.
"""

from pathlib import Path
from typing import IO

FRAGMENTS = "fragments.mp4"
TARGET_SECONDS = 1  # no fragment is longer


def playlist_of(path: Path) -> Path:
    """Where the playlist of a growing file is."""
    return path.with_suffix(".m3u8")


class Playlist:
    """Written beside the growing file; each entry after the bytes that it tells of."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = playlist_of(path).open("w", encoding="ascii")

    def close(self) -> None:
        self._file.close()

    def begin(self, header: int) -> None:
        """`header`: bytes before the first fragment."""
        self._write(
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}",
            "#EXT-X-PLAYLIST-TYPE:EVENT",
            "#EXT-X-START:TIME-OFFSET=0",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            f'#EXT-X-MAP:URI="{FRAGMENTS}",BYTERANGE="{header}@0"',
        )

    def add(self, seconds: float, offset: int, size: int) -> None:
        self._write(f"#EXTINF:{seconds:.5f},", f"#EXT-X-BYTERANGE:{size}@{offset}", FRAGMENTS)

    def end(self) -> None:
        self._write("#EXT-X-ENDLIST")

    def _write(self, *lines: str) -> None:
        self._file.write("".join(f"{line}\n" for line in lines))
        self._file.flush()


def whole_entries(text: str) -> str:
    """A playlist that may have been read in the middle of a write, up to its last whole entry."""
    lines = text.splitlines(keepends=True)
    inside = ("#EXTINF", "#EXT-X-BYTERANGE")
    ends = [n for n, line in enumerate(lines, 1) if line.endswith("\n") and not line.startswith(inside)]
    return "".join(lines[: ends[-1]]) if ends else ""


def addressed(text: str, address: str) -> str:
    """The playlist with the address under which the fragments are reached."""
    return text.replace(FRAGMENTS, address)
