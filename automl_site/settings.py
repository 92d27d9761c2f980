"""Settings: everything a deployment changes comes from the environment or `.env`.

docs/configuration.md lists the variables in one table.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_HASHES

from automl_site.home import make_home, secret_key, socket_path
from automl_site.storage import is_folder, storage_backend

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- The installation -----------------------------------------------------------

TUNEBOARD_HOME = make_home(
    Path(env.str("TUNEBOARD_HOME", default=str(BASE_DIR / "var")))
)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
# A second server answers while the first is busy; more gain little beside the workers.
WEB_PROCESSES = env.int("WEB_PROCESSES", default=min(2, os.cpu_count() or 1))
WORKERS = env.int("WORKERS", default=os.cpu_count() or 1)
# Estimators of a worker process share the cores with those of the others.
THREADS_PER_WORKER = max(1, (os.cpu_count() or 1) // max(1, WORKERS))
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(TUNEBOARD_HOME)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[*LOCAL_HOSTS, HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Limits and timings ---------------------------------------------------------

UPLOAD_LIMIT_MB = env.int("UPLOAD_LIMIT_MB", default=1024)
# What the uploads and tables of a project may take together; 0 for no limit.
PROJECT_QUOTA_MB = env.int("PROJECT_QUOTA_MB", default=20_480)
# Cells pasted into a form are in memory at once; anything larger is a file.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024**2
# A table of thousands of columns has as many fields on its page.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
# More combinations than this are a mistake more often than a wish.
GRID_LIMIT = env.int("GRID_LIMIT", default=100_000)
# What is prepared of tables on this host, for trials to share; the least used goes first.
CACHE_LIMIT_MB = env.int("CACHE_LIMIT_MB", default=20_480)
# Of the API, for a token: enough for any script that waits for what it has asked for.
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", default=600)
# In each web process: far more pages than anybody looks at, far fewer than would hurt.
SOCKETS_A_USER = env.int("SOCKETS_A_USER", default=1000)
# For how many days the audit log tells who did what; 0 for as long as it stands.
AUDIT_DAYS = env.int("AUDIT_DAYS", default=365)
# Whether each model is diagnosed and explained as soon as it is ready.
EXPLAIN_MODELS = env.bool("EXPLAIN_MODELS", default=True)
# A worker's lease on what it computes; renewed three times within this span.
LEASE_SECONDS = env.float("LEASE_SECONDS", default=30.0)
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=3.0)
MAX_ATTEMPTS = 3
# There while the server ends its workers: their deaths are no failures then.
STOPPING_FLAG = TUNEBOARD_HOME / "stopping"

# --- Django ---------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "template_partials",
    "csp",
    "axes",
    "runs",
    "models_app",
]

MIDDLEWARE = [
    "runs.api.problems.problems_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "runs.audit.audit_middleware",
]

DJANGO_TABLES2_TEMPLATE = "django_tables2/tuneboard.html"
FORM_RENDERER = "automl_site.rendering.FormRenderer"
ROOT_URLCONF = "automl_site.urls"
ASGI_APPLICATION = "automl_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{TUNEBOARD_HOME}/db.sqlite3"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue at BEGIN instead of failing when a read turns into a write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "runs:projects"
LOGOUT_REDIRECT_URL = "login"
# Five wrong passwords for an account from an address: a quarter of an hour's pause.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "runs.accounts.client_address"
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

# --- Files ----------------------------------------------------------------------

# Uploads, tables, models: a folder, or `s3://bucket/prefix` for workers on other hosts.
# Served only through views that check access.
STORAGE = env.str("STORAGE", default=str(TUNEBOARD_HOME / "files"))
STORAGES = {
    "default": storage_backend(STORAGE, endpoint=env.str("S3_ENDPOINT", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
MEDIA_ROOT = Path(STORAGE) if is_folder(STORAGE) else TUNEBOARD_HOME / "files"
CACHE_DIR = TUNEBOARD_HOME / "cache"
# What Numba compiles takes some seconds: once for an installation, not for each process.
os.environ.setdefault("NUMBA_CACHE_DIR", str(CACHE_DIR / "numba"))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = TUNEBOARD_HOME / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(TUNEBOARD_HOME / "static"))
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
# Plotly.js is served from the package that draws the figures: one version of both.
PLOTLY_SPEC = find_spec("plotly")
PLOTLY_JS = (
    Path(PLOTLY_SPEC.origin or "").parent / "package_data" if PLOTLY_SPEC else None
)
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *([("vendor/plotly", PLOTLY_JS)] if PLOTLY_JS else []),
]
WHITENOISE_USE_FINDERS = True
# Short: names carry no version, and an upgrade must not meet yesterday's scripts.
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# --- Redis: broker, channel layer, worker heartbeats, counters --------------------

REDIS_SOCKET = socket_path(TUNEBOARD_HOME)
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED_REDIS = not REDIS_URL
REDIS_URL = REDIS_URL or f"unix://{REDIS_SOCKET}"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # The layer waits 5 s for a message, which is redis-py's own limit for an
            # answer: without a longer one every quiet 5 s would be an error.
            "hosts": [{"address": REDIS_URL, "socket_timeout": 15}],
            "capacity": 100,
            "expiry": 10,
        },
    },
}

# Counts the API's requests; nothing that must not be lost.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Rather uncounted than late.
        "OPTIONS": {"socket_connect_timeout": 1.0, "socket_timeout": 1.0},
    },
}

CELERY_BROKER_URL = f"redis+socket://{REDIS_SOCKET}" if EMBEDDED_REDIS else REDIS_URL
# Messages are hints, the database is the queue: results are rows, never Celery's.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7 * 24 * 3600,
    # A worker that is free looks into its queues in the order it was given them.
    "queue_order_strategy": "priority",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# On a busy machine a new process may take its time; 4 s are Celery's default.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
# A process that has needed more than this for a task, in KiB, is replaced after it: what
# it has freed but kept, and what it no longer shares with the others, is given back. The
# next one has everything imported.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600 * 1024
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# Tasks go on with the connection of the one before, as requests do: `runs.workers` ends
# it when it is old or broken. Without this Celery would connect anew for each task.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_TASK_DEFAULT_QUEUE = "compute"
# Deciding takes milliseconds and must not wait behind a fit of ten minutes.
CELERY_TASK_ROUTES = {
    "runs.advance_run": {"queue": "control"},
    "runs.sweep": {"queue": "control"},
    "runs.forget_audit": {"queue": "control"},
    "models_app.sweep": {"queue": "control"},
    # What a person waits for comes before the next unit of a search.
    "runs.profile_dataset": {"queue": "prompt"},
    "runs.profile_target": {"queue": "prompt"},
    "runs.preview_reading": {"queue": "prompt"},
    "runs.look_ahead": {"queue": "prompt"},
    "runs.measure_importance": {"queue": "prompt"},
    "runs.prepare_run": {"queue": "prompt"},
    "runs.join_trials": {"queue": "prompt"},
    "models_app.fit_model": {"queue": "prompt"},
    "models_app.predict": {"queue": "prompt"},
    # A search never waits for what can be read about its models later.
    "models_app.compute": {"queue": "later"},
    "models_app.measure_predictions": {"queue": "later"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "runs.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 30},
    },
    "forget-audit": {
        "task": "runs.forget_audit",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-models": {
        "task": "models_app.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 30},
    },
}

# --- Security -------------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if HTTPS:  # behind a proxy that ends TLS and sets the header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours stand before the server and note who has called them.
PROXIES = env.int("PROXIES", default=1 if HTTPS else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
EMPTY_SHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        # Plotly's colour bars set an empty style attribute: allowed is that and no other.
        "style-src-attr": [UNSAFE_HASHES, f"'sha256-{EMPTY_SHA256}'"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Logging --------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "filters": {
        # A monitor asking an ailing installation has its answer; the log need not have it.
        "unasked": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: not record.getMessage().endswith("/healthz"),
        },
        # A process that ends a fit nobody wants any more ends with this code, by design.
        "unwanted": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: "exitcode 70" not in record.getMessage(),
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "axes": {"level": "ERROR"},
        "celery.worker.request": {"filters": ["unwanted"]},
        "django.request": {"filters": ["unasked"]},
        "multiprocessing": {"filters": ["unwanted"]},
    },
}
