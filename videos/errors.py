"""What can be wrong with a video, and how far it is, in the words that customers of the platform's wire know.

A type is the `error_code` of the job, its words are the `status_details`; {} is the id of the replica.
"""

from avatarsite.core.engines import EngineFailed
from twins import moderation

_AUDIO = "There was an issue generating your video. "
WORDS = {
    "video_error": (
        "An error occurred while generating this request. Please check your inputs or try your request again"
    ),
    "replica_in_error_state": (
        "Request Failed: The replica {} is currently in an 'error' state and cannot process requests. "
        "For details on the cause of the error and how to resolve it, "
        "please review the specific information provided for this replica."
    ),
    "audio_file_max_size": f"{_AUDIO}The audio file exceeds the maximum file size of 750MB.",
    "audio_file_type": f"{_AUDIO}The audio file provided is not a .wav",
    "audio_file_min_duration": (
        f"{_AUDIO}The duration of the audio file does not reach the minimum duration requirement of 3 seconds."
    ),
    "audio_file_max_duration": (f"{_AUDIO}The duration of the audio file exceeds the maximum duration of 10 minutes."),
    "audio_file_download_link": (
        f"{_AUDIO}We were unable to download your audio file. "
        "Please ensure that the link you provided is correct and try again."
    ),
    "script_community_guidelines": "Request has failed as the script violates community guidelines.",
}
STATUS_WORDS = {
    "video_success": "Your request has processed successfully!",
    "video_queued": "This request is currently queued. It should begin processing in a few minutes.",
    "replica_in_training": (
        "The training process for replica {} is still ongoing. Your request has been placed in the 'queued' status "
        "and will automatically proceed to the generation phase once training is complete. "
        "To monitor the current progress of the training, please review the detailed status of this replica."
    ),
}


def failed(kind: str, replica_id: str = "", *, retryable: bool = False) -> EngineFailed:
    """The error of a type of WORDS."""
    return EngineFailed(WORDS[kind].format(replica_id), kind, retryable=retryable)


def check_script(script: str, language: str, owner_id: str | None = None) -> None:
    """Have the installation's guard read a text that is to be spoken, if there is one, with the account's key."""
    if moderation.refusal(script, language, owner_id):
        raise failed("script_community_guidelines")
