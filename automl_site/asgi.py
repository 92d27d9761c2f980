"""HTTP to Django, web sockets to the apps' consumers."""

import gc
import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from automl_site.handling import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_site.settings")
django.setup(set_prefix=False)
http = Handler()

# Need the app registry, which django.setup() has just filled.
from automl_site.sockets import TokenOrSession  # noqa: E402
from runs.routing import websocket_urlpatterns  # noqa: E402

routes = URLRouter(websocket_urlpatterns)
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": TokenOrSession(
            by_token=routes,
            by_session=AllowedHostsOriginValidator(AuthMiddlewareStack(routes)),
        ),
    }
)

# What is there now stays to the end. The collection of garbage would look through all of it
# again and again, and stop this process for a tenth of a second each time.
gc.collect()
gc.freeze()
