"""The words of training errors are those that existing clients know, to the letter."""

import pytest

from twins.training.errors import WORDS, Fault, refused

pytestmark = pytest.mark.engine
TABLE = """
download_link | There was an issue downloading your video file. Please ensure that the link you provided is correct and try again
file_size | The video file you provided exceeds the maximum file size allowed. Please ensure that the video is less than 750MB and try again.
video_format | There was an issue processing your training video. The video provided is not a .mp4 file. Please ensure that the training video is a .mp4 file encoded using h.264
video_codec | There was an issue processing your training video. The video provided is not encoded using h.264. Please ensure that the training video is a .mp4 file encoded using h.264
video_codec_and_format | There was an issue processing your training video. Please ensure that the training video is a .mp4 file encoded using h.264
video_duration | There was an issue processing your training video. The video provided does not meet the minimum duration requirement for training
video_fps | There was an issue processing your training video. The video provided does not meet the minimum frame rate requirement for a training video. Please ensure your training video has a frame rate of at least 25fps
consent_phrase_mismatch | There was an issue processing your training file: Your consent phrase does not match our requirements. Please follow our specified format closely
face_or_obstruction_detected | There was an issue processing your training file: More than one face detected or obstructions present. Please ensure only your face is visible and clear
lighting_change_detected | There was an issue processing your training file: Lighting changes detected. Ensure your face is evenly lit throughout the video
background_noise_detected | There was an issue processing your training file: Background noise or other voices detected. Please record in a quiet environment with only your voice
video_editing_detected | There was an issue processing your training file: Video appears edited or contains cuts. Please submit an unedited, continuous video
community_guidelines_violation | There was an issue processing your training file: Video violates Community Guidelines. Please review our guidelines and resubmit your video
video_processing | There was an error processing your training video file
excessive_movement_detected | There was an issue processing your training file: Excessive movement detected. Please ensure you are sitting still and centered in the frame
audio_processing | There was an error processing the audio in the provided training video file.
quality_issue_detected | Quality issue detected. For details and assistance, please reach out to Tavus support via [developer-support@tavus.io](mailto:developer-support@tavus.io)
"""  # noqa: E501
PROMISED = dict(line.split(" | ") for line in TABLE.strip().splitlines())


def test_all_seventeen_types_have_their_words() -> None:
    assert {fault.value: words for fault, words in WORDS.items()} == PROMISED
    assert len(PROMISED) == 17 == len(Fault)


def test_a_refusal_carries_type_and_words_and_is_not_tried_again() -> None:
    error = refused(Fault.VIDEO_FPS)
    assert (error.code, error.message, error.retryable) == ("video_fps", PROMISED["video_fps"], False)
