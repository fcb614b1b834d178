"""What the Tavus plugin of LiveKit Agents makes of us; runs with the newest release and with the wire before it.

arguments: "newest" or "older", and a replica. An agent's own room comes as properties of the conversation.
"""

import asyncio
import json
import os
import sys

import aiohttp
from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError
from livekit.plugins import tavus
from livekit.plugins.tavus.api import TavusAPI

ROOM = {"livekit_ws_url": "wss://rooms.example", "livekit_room_token": "token-of-the-room"}
ONCE = APIConnectOptions(max_retry=1, retry_interval=0, timeout=10)


async def run(wire: str, replica_id: str) -> dict[str, object]:
    async with aiohttp.ClientSession() as session:
        api = TavusAPI(os.environ["TAVUS_API_KEY"], os.environ["TAVUS_URL"], conn_options=ONCE, session=session)
        if wire == "newest":
            made = {"pal": await api.create_pal(default_face_id=replica_id), "persona": await api.create_persona()}
            made["stock"] = await api.create_conversation(properties=ROOM)
            made["own"] = await api.create_conversation(pal_id=made["pal"], properties=ROOM)
        else:
            made = {"persona": await api.create_persona()}
            made["own"] = await api.create_conversation(replica_id=replica_id, properties=ROOM)
        wrong = TavusAPI("wrong", os.environ["TAVUS_URL"], conn_options=ONCE, session=session)
        return {"version": tavus.__version__, "made": made, "refused": await refused(wrong)}


async def refused(api: TavusAPI) -> bool:
    try:
        await api.create_persona()
    except (APIConnectionError, APIStatusError):
        return True
    return False


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(*sys.argv[1:]))))
