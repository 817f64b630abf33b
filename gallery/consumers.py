"""NoticeConsumer: tells a member's open pages what happens to their pieces."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from gallery.notices import notice_group, unread_count
from generator.events import bell
from musicsite.people import is_member

NOT_A_MEMBER = 4403


class NoticeConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One open page of one member. Says kind, piece and how many are unread; takes no orders.

    What it says is a ring: whoever wants to know more asks the page or the API, which ask the gate.
    """

    async def connect(self) -> None:
        bell.attach(asyncio.get_running_loop())
        person = self.scope["user"]
        await self.accept()
        if not is_member(person):
            await self.close(NOT_A_MEMBER)
            return
        self.groups.append(notice_group(person.pk))  # Channels leaves it again when the socket closes
        await self.channel_layer.group_add(notice_group(person.pk), self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing that a browser says here means anything."""

    @classmethod
    async def decode_json(cls, text_data: str) -> None:
        """What is not read need not be well-formed."""

    async def notice_event(self, message: dict[str, Any]) -> None:
        unread = await database_sync_to_async(unread_count)(self.scope["user"])
        await self.send_json({"kind": message["kind"], "piece": message["piece"], "unread": unread})
