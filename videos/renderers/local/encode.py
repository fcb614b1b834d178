"""H.264 and AAC by FFmpeg's libraries (PyAV), and the growing file that they go into."""

import errno
import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk
from videos.renderers.base import Progress, VideoFormat
from videos.renderers.local import boxes
from videos.renderers.local.index import index
from videos.renderers.local.playlist import Playlist

SAMPLE_RATE = 48000
AAC_FRAME = 1024  # samples in one AAC packet
BIT_RATE = 96000
# High profile, level 4.0 (declared for every size up to 1080p30, so that one string fits all), AAC-LC.
MSE_CODECS = 'video/mp4; codecs="avc1.640028, mp4a.40.2"'
FIRST_FRAGMENT = 0.4  # seconds: how soon a clip can start
FRAGMENT = 1.0  # seconds: seek points, and how often a growing file grows
VIDEO, SOUND = 1, 2  # track numbers
TICKS = 512  # video ticks per frame
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def storage_failure(error: OSError) -> EngineFailed:
    if error.errno in FULL:
        return EngineFailed("There is no space left to store the video.", "disk_full", retryable=True)
    return EngineFailed("The video could not be stored.", "storage_failed")


class VideoEncoder:
    """NV12 frames to H.264 access units, each at once: no look-ahead, no B-frames, so pts = dts."""

    def __init__(self, video_format: VideoFormat) -> None:
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = video_format.width, video_format.height, "nv12"
        context.time_base, context.framerate = Fraction(1, video_format.fps), Fraction(video_format.fps)
        context.thread_count = 1
        context.flags |= Flags.global_header
        context.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "crf": "23",
            "profile": "high",
            "level": "4.0",
            "forced-idr": "1",
            # MP4 wants length-prefixed units; key frames come where fragments begin, and nowhere else
            "x264-params": "annexb=0:scenecut=0:keyint=infinite:weightp=0:"
            "colorprim=bt709:transfer=bt709:colormatrix=bt709",
        }
        context.open()
        self._context = context
        self._count = 0

    @property
    def configuration(self) -> bytes:
        return bytes(self._context.extradata)

    def encode(self, picture: NDArray[np.uint8], key: bool) -> bytes:
        """`picture`: (height * 3 / 2, width) NV12; it may be reused after the call."""
        frame = av.VideoFrame.from_numpy_buffer(picture, format="nv12")
        frame.pts = self._count
        frame.pict_type = av.video.frame.PictureType.I if key else av.video.frame.PictureType.NONE
        self._count += 1
        return b"".join(bytes(packet) for packet in self._context.encode(frame))


class SoundEncoder:
    """PCM of any rate to AAC packets; keeps the resampler's state from chunk to chunk.

    The encoder's first packet holds only its priming and is left out, so that packet n begins at sample 1024 n in
    every player, whether or not it honours edit lists. The price is a fade-in over the first 21 ms.
    """

    def __init__(self) -> None:
        context: Any = av.CodecContext.create("aac", "w")
        context.sample_rate, context.layout, context.format = SAMPLE_RATE, "mono", "fltp"
        context.bit_rate, context.time_base = BIT_RATE, Fraction(1, SAMPLE_RATE)
        context.options = {"aac_coder": "fast"}
        context.flags |= Flags.global_header
        context.open()
        self._context = context
        self._resampler: Any = None
        self._rate = 0
        self._waiting = np.zeros(0, np.float32)
        self._samples = 0  # given to the encoder

    @property
    def configuration(self) -> bytes:
        return bytes(self._context.extradata)

    def add(self, chunk: AudioChunk) -> None:
        """Append sound to what `take` encodes."""
        rate, samples = chunk.sample_rate, np.frombuffer(chunk.pcm[: len(chunk.pcm) // 2 * 2], np.int16)
        if not len(samples):
            return
        if rate != self._rate:
            self._flush_resampler()
            self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
            self._rate = rate
        frame: Any = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = rate
        self._keep(self._resampler.resample(frame))

    def add_silence(self, samples: int) -> None:
        self._flush_resampler()
        self._waiting = np.concatenate([self._waiting, np.zeros(max(samples, 0), np.float32)])

    @property
    def seconds(self) -> float:
        """Length of the sound added so far, at the output rate."""
        return (self._samples + len(self._waiting)) / SAMPLE_RATE

    def take(self, until: float) -> list[bytes]:
        """Packets that end by `until` seconds, as far as whole packets are there; the encoder holds one back."""
        packets: list[bytes] = []
        while self._samples <= until * SAMPLE_RATE and len(self._waiting) >= AAC_FRAME:
            packets += self._encode(self._waiting[:AAC_FRAME])
            self._waiting = self._waiting[AAC_FRAME:]
        return packets

    def _encode(self, samples: NDArray[np.float32]) -> list[bytes]:
        frame: Any = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._samples
        self._samples += AAC_FRAME
        return [bytes(packet) for packet in self._context.encode(frame) if packet.pts >= 0]

    def _flush_resampler(self) -> None:
        if self._resampler is not None:
            self._keep(self._resampler.resample(None))
        self._resampler, self._rate = None, 0

    def _keep(self, frames: list[Any]) -> None:
        self._waiting = np.concatenate([self._waiting, *(frame.to_ndarray()[0] for frame in frames)])


class GrowingFile:
    """A fragmented MP4 that can be played as far as it is written. Frames and sound in, Progress out."""

    def __init__(self, path: Path, video_format: VideoFormat, sound: SoundEncoder | None) -> None:
        self._format = video_format
        self._video = VideoEncoder(video_format)
        self._sound = sound
        self._frames: list[bytes] = []
        self._written = self._packets = self._sequence = self._size = 0
        self._header = boxes.header(self._tracks())
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            self._playlist = Playlist(path)
        except OSError as error:
            raise storage_failure(error) from error

    def __enter__(self) -> "GrowingFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._file)
        self._playlist.close()

    def add(self, picture: NDArray[np.uint8]) -> Progress | None:
        """Encode one frame; Progress when it completed a fragment."""
        self._frames.append(self._video.encode(picture, key=not self._frames))
        length = FRAGMENT if self._sequence else FIRST_FRAGMENT
        return self.flush() if len(self._frames) >= round(length * self._format.fps) else None

    def flush(self) -> Progress | None:
        """Write what is encoded as one fragment."""
        if not self._frames:
            return None
        start, self._written = self._written, self._written + len(self._frames)
        runs = [boxes.Run(VIDEO, start * TICKS, TICKS, self._frames)]
        if packets := self._sound.take(self.seconds) if self._sound else []:
            runs.append(boxes.Run(SOUND, self._packets * AAC_FRAME, AAC_FRAME, packets, all_sync=True))
        self._sequence += 1
        fragment = boxes.fragment(self._sequence, runs)
        self._write(self._header + fragment)
        self._list(len(self._frames) / self._format.fps, len(fragment))
        self._header, self._frames = b"", []
        self._packets += len(packets)
        return Progress(self.seconds, self._size)

    def finish(self) -> Progress:
        """Write the rest, the sound filled up with silence, and wait until the disk has it."""
        if self._sound:
            end = (self._written + len(self._frames)) / self._format.fps
            self._sound.add_silence(round((end - self._sound.seconds) * SAMPLE_RATE) + 2 * AAC_FRAME)
        self.flush()
        try:
            self._playlist.end()
            os.fsync(self._file)
        except OSError as error:
            raise storage_failure(error) from error
        return Progress(self.seconds, self._size, final=True)

    @property
    def seconds(self) -> float:
        return self._written / self._format.fps

    def _tracks(self) -> list[boxes.Track]:
        width, height = self._format.width, self._format.height
        entry = boxes.avc_entry(width, height, self._video.configuration)
        tracks = [boxes.Track(VIDEO, b"vide", self._format.fps * TICKS, entry, width, height)]
        if self._sound:
            entry = boxes.aac_entry(SAMPLE_RATE, self._sound.configuration, BIT_RATE)
            tracks.append(boxes.Track(SOUND, b"soun", SAMPLE_RATE, entry))
        return tracks

    def _list(self, seconds: float, size: int) -> None:
        """Tell the playlist of the fragment just written."""
        try:
            if self._header:
                self._playlist.begin(len(self._header))
            self._playlist.add(seconds, self._size - size, size)
        except OSError as error:
            raise storage_failure(error) from error

    def _write(self, data: bytes) -> None:
        self._size += len(data)
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise storage_failure(error) from error


def finish(fragmented: Path, final: Path) -> float:
    """Write a complete fragmented clip as a progressive MP4, its index in front: seekable. Returns its seconds."""
    try:
        return index(fragmented, final)
    except OSError as error:
        raise storage_failure(error) from error
