"""Settings of the unit tests: fast hasher, in-memory channel layer, eager nothing."""

import atexit
import os
import shutil
import tempfile

# A home of its own for each test process; whatever .env or the shell say is left out.
_home = tempfile.mkdtemp(prefix="tuneboard-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ.update(
    TUNEBOARD_HOME=_home,
    DATABASE_URL=f"sqlite:///{_home}/db.sqlite3",
    REDIS_URL="",
    HTTPS="false",
    HOST="127.0.0.1",
    WORKERS="2",
)

from automl_site.settings import *  # noqa: E402, F403

DEBUG = False
PROXIES = 0
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
WHITENOISE_AUTOREFRESH = True
# A file, not memory: consumers look from other threads, through connections of their own.
if "sqlite3" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(TUNEBOARD_HOME / "test.sqlite3")}  # noqa: F405
