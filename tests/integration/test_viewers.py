"""Viewers of a page who come and go, with the channel layer on a real Redis."""

import asyncio
import copy

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from automl_site import settings as product
from automl_site.home import socket_path
from runs.consumers import LiveConsumer
from runs.relay.base import Relay, cancelled, relay_for

N_VIEWERS = 40


class Page(Relay):
    coalesce_seconds = 0.001

    def render(self, audiences):
        return {audience: {"page": "<p>As it is</p>"} for audience in audiences}


class PageConsumer(LiveConsumer):
    def audience(self, user):
        return "everybody"

    def find_relay(self):
        return relay_for("a-page", lambda: Page("a-page"))


@pytest.fixture
def layer(installation, settings):
    layers = copy.deepcopy(product.CHANNEL_LAYERS)
    address = f"unix://{socket_path(installation.home)}"
    layers["default"]["CONFIG"]["hosts"][0]["address"] = address
    settings.CHANNEL_LAYERS = layers


async def test_viewer_who_leaves_is_let_go_at_once(layer):
    # Redis' client swallows a cancellation now and then; a socket that waits on has
    # Daphne kill it, with a warning, and keeps its place at Redis until then.
    busy = asyncio.create_task(announce_all_the_time())

    try:
        for number in range(N_VIEWERS):
            viewer = WebsocketCommunicator(PageConsumer.as_asgi(), "/ws/a-page/")
            viewer.scope["user"] = AnonymousUser()
            await viewer.connect()
            await viewer.receive_from()
            await asyncio.sleep(number % 8 / 2000)
            await viewer.disconnect(timeout=3)
    finally:
        await cancelled([busy])


async def announce_all_the_time():
    while True:
        await get_channel_layer().group_send("a-page", {"type": "page.changed"})
        await asyncio.sleep(0.001)
