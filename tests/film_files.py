"""Films as files: made for tests, and read back frame by frame."""

from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def film_of(path: Path, pictures: list[Picture], fps: int = 25) -> None:
    """RGB pictures as an H.264 MP4, its colors told to be BT.709."""
    with av.open(str(path), "w") as file:
        stream: Any = file.add_stream("libx264", rate=fps)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            file.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        file.mux(stream.encode(None))


def decoded(path: Path, alpha: bool = False) -> list[Picture]:
    """Every picture of a film in RGB; `alpha`: of a WebM, in RGBA."""
    with av.open(str(path)) as file:
        if alpha:
            decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
            packets = [packet for packet in file.demux(video=0) if packet.size]
            frames = [frame for packet in packets for frame in decoder.decode(packet)] + decoder.decode(None)
            return [frame.to_ndarray(format="rgba", src_colorspace=1) for frame in frames]
        return [frame.to_ndarray(format="rgb24", src_colorspace=1, dst_colorspace=1) for frame in file.decode(video=0)]


def yuv_of(path: Path, frame: int) -> tuple[Picture, Picture, Picture]:
    """The three planes of one picture as they are coded."""
    with av.open(str(path)) as file:
        picture: Any = list(file.decode(video=0))[frame]
        both = picture.to_ndarray(format="yuv420p")
    height, width = picture.height, picture.width
    u, v = both[height : height * 5 // 4], both[height * 5 // 4 :]
    return both[:height], u.reshape(height // 2, width // 2), v.reshape(height // 2, width // 2)


def rgb_of(y: int, u: int, v: int) -> NDArray[np.float64]:
    """BT.709, limited range, as ITU-R BT.709-6 has it; nothing rounded in between."""
    luma, blue, red = (int(y) - 16) / 219, (int(u) - 128) / 224, (int(v) - 128) / 224
    green = luma - (0.2126 * 1.5748 * red + 0.0722 * 1.8556 * blue) / 0.7152
    return np.clip(np.round(np.array([luma + 1.5748 * red, green, luma + 1.8556 * blue]) * 255), 0, 255)
