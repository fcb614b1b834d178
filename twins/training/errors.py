"""What may be wrong with a training film: the type of each fault, and the exact words its customer reads.

Both are promised to existing clients; `error_code` of a failed replica is the type, `status_details` the words.
"""

from enum import StrEnum

from avatarsite.core.engines import EngineFailed


class Fault(StrEnum):
    DOWNLOAD_LINK = "download_link"
    FILE_SIZE = "file_size"
    VIDEO_FORMAT = "video_format"
    VIDEO_CODEC = "video_codec"
    VIDEO_CODEC_AND_FORMAT = "video_codec_and_format"
    VIDEO_DURATION = "video_duration"
    VIDEO_FPS = "video_fps"
    CONSENT_PHRASE_MISMATCH = "consent_phrase_mismatch"
    FACE_OR_OBSTRUCTION_DETECTED = "face_or_obstruction_detected"
    LIGHTING_CHANGE_DETECTED = "lighting_change_detected"
    BACKGROUND_NOISE_DETECTED = "background_noise_detected"
    VIDEO_EDITING_DETECTED = "video_editing_detected"
    COMMUNITY_GUIDELINES_VIOLATION = "community_guidelines_violation"
    VIDEO_PROCESSING = "video_processing"
    EXCESSIVE_MOVEMENT_DETECTED = "excessive_movement_detected"
    AUDIO_PROCESSING = "audio_processing"
    QUALITY_ISSUE_DETECTED = "quality_issue_detected"


_PROCESSING = "There was an issue processing your training video."
_FILE = "There was an issue processing your training file:"
_MP4 = "Please ensure that the training video is a .mp4 file encoded using h.264"
WORDS = {
    Fault.DOWNLOAD_LINK: "There was an issue downloading your video file. Please ensure that the link you provided is "
    "correct and try again",
    Fault.FILE_SIZE: "The video file you provided exceeds the maximum file size allowed. Please ensure that the video "
    "is less than 750MB and try again.",
    Fault.VIDEO_FORMAT: f"{_PROCESSING} The video provided is not a .mp4 file. {_MP4}",
    Fault.VIDEO_CODEC: f"{_PROCESSING} The video provided is not encoded using h.264. {_MP4}",
    Fault.VIDEO_CODEC_AND_FORMAT: f"{_PROCESSING} {_MP4}",
    Fault.VIDEO_DURATION: f"{_PROCESSING} The video provided does not meet the minimum duration requirement for "
    "training",
    Fault.VIDEO_FPS: f"{_PROCESSING} The video provided does not meet the minimum frame rate requirement for a "
    "training video. Please ensure your training video has a frame rate of at least 25fps",
    Fault.CONSENT_PHRASE_MISMATCH: f"{_FILE} Your consent phrase does not match our requirements. Please follow our "
    "specified format closely",
    Fault.FACE_OR_OBSTRUCTION_DETECTED: f"{_FILE} More than one face detected or obstructions present. Please ensure "
    "only your face is visible and clear",
    Fault.LIGHTING_CHANGE_DETECTED: f"{_FILE} Lighting changes detected. Ensure your face is evenly lit throughout "
    "the video",
    Fault.BACKGROUND_NOISE_DETECTED: f"{_FILE} Background noise or other voices detected. Please record in a quiet "
    "environment with only your voice",
    Fault.VIDEO_EDITING_DETECTED: f"{_FILE} Video appears edited or contains cuts. Please submit an unedited, "
    "continuous video",
    Fault.COMMUNITY_GUIDELINES_VIOLATION: f"{_FILE} Video violates Community Guidelines. Please review our "
    "guidelines and resubmit your video",
    Fault.VIDEO_PROCESSING: "There was an error processing your training video file",
    Fault.EXCESSIVE_MOVEMENT_DETECTED: f"{_FILE} Excessive movement detected. Please ensure you are sitting still "
    "and centered in the frame",
    Fault.AUDIO_PROCESSING: "There was an error processing the audio in the provided training video file.",
    Fault.QUALITY_ISSUE_DETECTED: "Quality issue detected. For details and assistance, please reach out to Tavus "
    "support via [developer-support@tavus.io](mailto:developer-support@tavus.io)",
}


def refused(fault: Fault, *, retryable: bool = False) -> EngineFailed:
    return EngineFailed(WORDS[fault], fault.value, retryable=retryable)
