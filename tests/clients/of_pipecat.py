"""What Pipecat's TavusApi makes of us: begin a conversation with its own persona, read that one's name, end."""

import asyncio
import json
import os
import sys

import aiohttp
from pipecat.transports.tavus.transport import TavusApi

TavusApi.BASE_URL = os.environ["TAVUS_URL"]


async def run(replica_id: str) -> dict[str, object]:
    async with aiohttp.ClientSession() as session:
        api = TavusApi(os.environ["TAVUS_API_KEY"], session)
        begun = await api.create_conversation(replica_id, "pipecat0")
        name = await api.get_persona_name("pipecat0")
        await api.end_conversation(begun["conversation_id"])
        return {"begun": begun, "name": name, "refused": await refused(session, replica_id)}


async def refused(session: aiohttp.ClientSession, replica_id: str) -> int:
    try:
        await TavusApi("wrong", session).create_conversation(replica_id, "pipecat0")
    except aiohttp.ClientResponseError as error:
        return error.status
    return 200


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1]))))
