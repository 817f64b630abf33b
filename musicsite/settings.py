"""The site's settings, one file: the environment says what differs from one place to another.

With nothing set this is the embedded site: SQLite and everything else that it writes in var/, sockets and
queue inside one process, for one machine. DATABASE_URL and REDIS_URL make it a cluster of the same code.
OSTINATO_HOST names the public address and with it turns on what an address on the internet needs (https,
secure cookies, HSTS).
"""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, WASM_UNSAFE_EVAL
from django.core.exceptions import ImproperlyConfigured

from musicsite.environment import (
    env_bool,
    env_choice,
    env_database,
    env_float,
    env_int,
    env_list,
    env_path,
    env_str,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env_path("VAR_DIR", BASE_DIR / "var")


def secret_key(file: Path) -> str:
    """The key in `file`, made there the first time. OSError when the folder cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, file)  # of two processes that start together the first wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text().strip()


# --- where it is served ----------------------------------------------------------------------------

DEBUG = env_bool("DEBUG", False)
HOST = env_str("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, least=0, most=65535)
# Names under which the world reaches the site, between commas; none for a site on this machine only.
PUBLIC_HOSTS = env_list("OSTINATO_HOST", [])
HTTPS = env_bool("HTTPS", bool(PUBLIC_HOSTS))

SECRET_KEY = env_str("SECRET_KEY", "") or secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = [*PUBLIC_HOSTS, "127.0.0.1", "localhost", "[::1]"]
if HOST not in ("", "0.0.0.0", "::", *ALLOWED_HOSTS):  # nosec B104 - left out, not listened on
    ALLOWED_HOSTS.append(HOST)
CSRF_TRUSTED_ORIGINS = [f"{'https' if HTTPS else 'http'}://{name}" for name in PUBLIC_HOSTS]

if HTTPS:
    # The server itself speaks plain HTTP: where there is https there is a proxy that ends it and says so.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 365 * 24 * 3600, least=1)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 180 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, WASM_UNSAFE_EVAL],  # the synthesizer is WebAssembly
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- what it is made of ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "musicsite.apps.MusicSiteConfig",
    "gallery.apps.GalleryConfig",
    "generator.apps.GeneratorConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "musicsite.middleware.RequestIdMiddleware",
    "musicsite.middleware.CompressionMiddleware",  # ahead of all that names an answer by its content
    "musicsite.middleware.ApiReadsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "musicsite.urls"
ASGI_APPLICATION = "musicsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "musicsite.accounts.person",
            ],
            "builtins": ["musicsite.templatetags.icons"],
        },
    },
]
CSRF_FAILURE_VIEW = "musicsite.errors.csrf_failure"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- where it keeps things -------------------------------------------------------------------------

DATABASES = {"default": env_database("DATABASE_URL", VAR_DIR / "ostinato.sqlite3")}
REDIS_URL = env_str("REDIS_URL", "")
if REDIS_URL:
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "ostinato", "capacity": 1000},
        }
    }
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "musicsite.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "o",
        }
    }
else:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 3000},
        }
    }

# What is made in a millisecond or less and shown all the time, in each process's own memory: about 20 MB.
CACHES["memory"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "memory",
    "OPTIONS": {"MAX_ENTRIES": 3000},
}
# Pictures and scores that take a while to make, on this machine's disk: too large to be held in memory.
CACHES["files"] = {
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": VAR_DIR / "cache",
    "OPTIONS": {"MAX_ENTRIES": 5000},
}

STATIC_URL = "/static/"
STATIC_ROOT = env_path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "musicsite.static.HashedNames"},
}
MEDIA_ROOT = VAR_DIR / "media"
# Files that no one has collected yet (development, tests) are served from where they lie.
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = DEBUG
# Names that hold a hash, Django's or Vite's: what they name never changes, and a browser need never ask
# again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+(\.[0-9a-f]{12}\.|/build/.+-[0-9A-Za-z_-]{8}\.)[^/]+$"
# What is compressed already, or asked for by nobody but a developer.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "jpg", "jpeg", "png", "gif", "webp", "woff", "woff2", "mp3", "ogg", "sf2", "sf3", "zip", "gz", "br",
    "map",
)  # fmt: skip

# --- people ----------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "library"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "musicsite.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "email"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "guest", "ostinato", "root", "staff", "system"]
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_SESSION_REMEMBER = True
# A guest is signed in, and still may sign in or up: the views are told apart by who is asking
# (musicsite.accounts).
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Ostinato: "
ACCOUNT_RATE_LIMITS = {
    "signup": env_str("SIGNUP_RATE", "20/m/ip"),
    "login": env_str("LOGIN_RATE", "30/m/ip"),
    "login_failed": "10/m/ip,5/5m/key",
}
EMAIL_BACKEND = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}[env_choice("EMAIL", "smtp" if env_str("EMAIL_HOST", "") else "file", ("console", "file", "smtp"))]
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env_str("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_str(
    "EMAIL_FROM", f"Ostinato <ostinato@{PUBLIC_HOSTS[0] if PUBLIC_HOSTS else 'localhost'}>"
)

LANGUAGE_CODE = "en-gb"
# Each in its own words: who looks for theirs need not know the one that is shown.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- the API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # Only JSON: a form of another site cannot send that, so a stranger's first request needs no token against
    # forgery.
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= says what a sound file is to be
    "EXCEPTION_HANDLER": "musicsite.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["musicsite.throttles.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "person": env_str("API_RATE", "600/min"),
        "generations": env_str("GENERATIONS_RATE", "30/min"),
        "uploads": env_str("UPLOADS_RATE", "20/min"),
        "guests": env_str("GUESTS_RATE", "300/hour"),
    },
    # The server has already put the visitor's own address in place of a trusted proxy's.
    "NUM_PROXIES": 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ostinato",
    "DESCRIPTION": "Make music, follow it as it is written, keep it. How to use it stands in docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "musicsite.schema.describe_reads",
        "musicsite.schema.describe_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobStatusEnum": "generator.models.Job.Status",
        "VisibilityEnum": "gallery.models.Piece.Visibility",
        "SourceEnum": "gallery.models.Piece.Source",
        "LicenceEnum": "gallery.models.Piece.Licence",
        "ModelEnum": "generator.serializers.MODELS",
        "BandModelEnum": ["musegan"],
        "LatentModelEnum": ["vae"],
        "StyleEnum": "generator.music.styles.STYLES",
        "LatentStyleEnum": ["tune", "phrase", "groove", "beat", "trio", "variation"],
        "BandRoleEnum": "generator.band_api.BAND",
    },
}

# --- the generator ---------------------------------------------------------------------------------

ENGINE = env_str("OSTINATO_ENGINE", "generator.engine.engine.Engine")
ENGINE_DEVICE = env_str("OSTINATO_DEVICE", "")  # cpu, cuda, cuda:1; empty: the engine picks
# Threads that write notes, and what loaded networks may hold before the longest unused is put away.
ENGINE_LANES = env_int("ENGINE_LANES", 0, most=64)  # 0: the engine picks, one a processor up to four
ENGINE_MEMORY_MB = env_int("ENGINE_MEMORY_MB", 512, least=1)
DEFAULT_STYLE = env_str("DEFAULT_STYLE", "chorale")
# Jobs that one worker process writes at the same time; they share its engine's batch.
WORKER_SEATS = env_int("WORKER_SEATS", 8, least=1, most=256)
QUEUE_LEASE_SECONDS = env_float("QUEUE_LEASE_SECONDS", 8.0, least=0.5, most=3600)
# How often a worker looks into the queue when nobody rings: what a job of another process waits at most.
QUEUE_POLL_SECONDS = env_float("QUEUE_POLL_SECONDS", 0.5, least=0.01, most=60)
# Attempts that may die under a job before it is set aside.
MAX_ATTEMPTS = env_int("MAX_ATTEMPTS", 2, least=1, most=20)

# A piece of no more bars is urgent: it goes before longer ones, one of each person at a time.
URGENT_BARS = env_int("URGENT_BARS", 8)

# What a monitor must send to read /metrics (Authorization: Bearer …); without one only this machine may.
METRICS_TOKEN = env_str("METRICS_TOKEN", "")
# Where a worker without a site answers /healthz and /metrics itself; port 0: nowhere.
WORKER_METRICS_HOST = env_str("WORKER_METRICS_HOST", "127.0.0.1")
WORKER_METRICS_PORT = env_int("WORKER_METRICS_PORT", 0, most=65535)

MAX_BARS = env_int("MAX_BARS", 64, least=1, most=512)
GUEST_GENERATIONS_PER_DAY = env_int("GUEST_GENERATIONS_PER_DAY", 20)
MEMBER_GENERATIONS_PER_DAY = env_int("MEMBER_GENERATIONS_PER_DAY", 500)
# So many small jobs count as one piece of the day's: bars or a part of a band anew, further alternatives.
SMALL_JOBS_AS_ONE = env_int("SMALL_JOBS_AS_ONE", 4, least=1)
GUEST_GENERATIONS_AT_ONCE = env_int("GUEST_GENERATIONS_AT_ONCE", 4, least=1)
MEMBER_GENERATIONS_AT_ONCE = env_int("MEMBER_GENERATIONS_AT_ONCE", 60, least=1)
GUEST_PIECES = env_int("GUEST_PIECES", 200, least=1)
MEMBER_PIECES = env_int("MEMBER_PIECES", 10_000, least=1)
# A member of so few days publishes no more than this in a day, and a moderator sees links in comments first.
NEWCOMER_DAYS = env_int("NEWCOMER_DAYS", 7)
NEWCOMER_PIECES_PER_DAY = env_int("NEWCOMER_PIECES_PER_DAY", 5, least=1)
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_BYTES", 2 * 1024 * 1024, least=1024)
ENGRAVING_SECONDS = env_int("ENGRAVING_SECONDS", 60, least=1)
# The sound font that renders pieces on the server: the browsers' own, tuned for it by `npm run build`.
SOUND_BANK = env_path("SOUND_BANK", BASE_DIR / "frontend" / "soundfonts" / "server" / "FluidR3Mono_GM.sf3")
AUDIO_MAX_SECONDS = env_int("AUDIO_MAX_SECONDS", 600, least=1)
AUDIO_CACHE_BYTES = env_int("AUDIO_CACHE_BYTES", 1024**3, least=1024**2)
UNDO_DAYS = env_int("UNDO_DAYS", 30)
GUEST_KEEP_DAYS = env_int("GUEST_KEEP_DAYS", 60, least=1)
JOB_KEEP_DAYS = env_int("JOB_KEEP_DAYS", 30, least=2)
# Nothing that the site takes is larger than an upload with its form around it.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES

# --- what it says ----------------------------------------------------------------------------------

LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "generator": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "gallery": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "musicsite": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "dramatiq": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "uvicorn": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

if DEBUG and PUBLIC_HOSTS:
    raise ImproperlyConfigured(
        "DEBUG=1 shows everyone the inside of the site: leave it off where OSTINATO_HOST is set."
    )
