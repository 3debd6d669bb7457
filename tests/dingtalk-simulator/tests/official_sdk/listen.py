"""Connects with DingTalk's own Stream SDK and prints every event as one line of JSON."""

import asyncio
import json
import os

import dingtalk_stream


class Printer(dingtalk_stream.EventHandler):
    async def process(self, event):
        seen = {
            "type": event.headers.event_type,
            "id": event.headers.event_id,
            "corp": event.headers.event_corp_id,
            "born_ms": event.headers.event_born_time,
            "data": event.data,
        }
        print(json.dumps(seen), flush=True)
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


credential = dingtalk_stream.Credential(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
client = dingtalk_stream.DingTalkStreamClient(credential)
client.register_all_event_handler(Printer())
asyncio.run(client.start())
