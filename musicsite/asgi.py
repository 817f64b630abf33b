"""HTTP and WebSocket, with login and origin check."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")
django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402 - the apps must be there first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from gallery.social_urls import sockets as gallery_sockets  # noqa: E402
from generator.urls import sockets  # noqa: E402
from musicsite.gates import BodyLimit, NoSuchSocket, OriginOrToken, TokenUser  # noqa: E402
from musicsite.handler import SiteHandler  # noqa: E402

all_sockets = URLRouter([*sockets, *gallery_sockets])
application = ProtocolTypeRouter(
    {
        "http": BodyLimit(SiteHandler()),
        "websocket": OriginOrToken(AuthMiddlewareStack(TokenUser(NoSuchSocket(all_sockets)))),
    }
)
