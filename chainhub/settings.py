"""Every setting of the hub, read once and loudly from the environment."""

import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from chainhub.api.document import DOCUMENT
from chainhub.core.env import database_with_options, secret_kept_in, storage_from
from chainhub.core.valkey import address

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

# Where the hub keeps what is not in git: database, blobs, keys, caches.
DATA = Path(env.str("CHAINHUB_DATA", str(ROOT / "var"))).resolve()
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", False)

SECRET_KEY = str(env.str("SECRET_KEY", "")) or secret_kept_in(DATA / "secret_key")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "chainhub.accounts",
    "chainhub.activity",
    "chainhub.organizations",
    "chainhub.collaborations",
    "chainhub.repositories",
    "chainhub.datasets",
    "chainhub.policies",
    "chainhub.nodes",
    "chainhub.bases",
    "chainhub.jobs",
    "chainhub.registry",
    "chainhub.scenarios",
    "chainhub.web",
    "chainhub.api",
]

MIDDLEWARE = [
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
    "chainhub.web.sessions.SessionActivity",
    "django_htmx.middleware.HtmxMiddleware",
    "chainhub.web.languages.PersonalLanguage",
    "chainhub.web.middleware.ActingFor",
    "chainhub.web.middleware.Refusals",
]

ROOT_URLCONF = "chainhub.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chainhub.web.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "chainhub.web.templatetags.hub"],
        },
    }
]

# --- database -----------------------------------------------------------------------------------------------------
_database: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA / 'hub.sqlite3'}")
DATABASES = {"default": database_with_options(_database, pool=env.int("DATABASE_POOL", 24))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker, cache, live events -----------------------------------------------------------------------------------
# REDIS_URL names a Redis or Valkey server; without it the embedded Valkey of quickstart is used, if it runs.
_socket = env.str("CHAINHUB_VALKEY_SOCKET", "")
REDIS_URL = env.str("REDIS_URL", "") or (f"unix://{_socket}" if _socket else "" if TESTING else address(DATA))


def redis_database(number: int, *, celery: bool = False) -> str:
    """The server's address with one of its numbered databases, in redis-py's or in kombu's spelling."""
    if REDIS_URL.startswith("unix://"):
        path = REDIS_URL.removeprefix("unix://").split("?")[0]
        return f"redis+socket://{path}?virtual_host={number}" if celery else f"unix://{path}?db={number}"
    base, _sep, query = REDIS_URL.partition("?")
    scheme, rest = base.split("://", 1)
    address = f"{scheme}://{rest.split('/')[0]}/{number}"
    return f"{address}?{query}" if query else address


LIVE_URL = redis_database(2) if REDIS_URL else ""
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_database(1)}
    }
    CELERY_BROKER_URL = redis_database(0, celery=True)
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "system"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600, "unacked_restore_interval": 2, "unacked_restore_throttle": 1, "socket_keepalive": True,
}  # fmt: skip
CELERY_TIMEZONE = "UTC"
# How long a worker may be silent before its job goes to another; it speaks five times as often.
LEASE_SECONDS = env.float("LEASE_SECONDS", 15.0)
CELERY_BEAT_SCHEDULE = {
    "reap-lost-jobs": {"task": "jobs.reap_lost", "schedule": min(10.0, LEASE_SECONDS), "options": {"expires": 10}},
    "publish-missing": {"task": "registry.publish_missing", "schedule": 15.0, "options": {"expires": 15}},
    "inspect-missing": {"task": "datasets.inspect_missing", "schedule": 20.0, "options": {"expires": 20}},
    "recheck-references": {"task": "datasets.recheck_references", "schedule": 600.0, "options": {"expires": 300}},
    "keep-keys": {"task": "repositories.keep_keys", "schedule": 600.0, "options": {"expires": 300}},
    # Told once a person and day; looked at each hour, so that a hub that is off at night reminds as well.
    "remind-to-delete": {"task": "policies.remind_to_delete", "schedule": 3600.0, "options": {"expires": 600}},
    "remind-of-models": {"task": "registry.remind_of_models", "schedule": 3600.0, "options": {"expires": 600}},
    "expire-uploads": {"task": "repositories.expire_uploads", "schedule": 3600.0, "options": {"expires": 600}},
    "sweep-unnamed": {"task": "repositories.sweep_unnamed", "schedule": 3600.0, "options": {"expires": 600}},
}

# --- files --------------------------------------------------------------------------------------------------------
STORAGE_URL = env.str("STORAGE_URL", f"file://{DATA / 'blobs'}")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DATA / "media")}},
    "blobs": storage_from(STORAGE_URL),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each organization's files are encrypted under its own key, and those keys by this one. Any long random text; without
# it one is made and kept beside the database. What it was before stays in OLD_MASTER_KEYS until `rotate_keys --master`.
MASTER_KEY = str(env.str("MASTER_KEY", ""))
OLD_MASTER_KEYS = env.list("OLD_MASTER_KEYS", default=[])
MASTER_KEY_FILE = DATA / "master_key"
ENCRYPT_BLOBS = env.bool("ENCRYPT_BLOBS", True)
# Unfinished uploads lie on the web server's own disk until they are whole and verified.
UPLOADS = Path(env.str("CHAINHUB_UPLOADS", str(DATA / "uploads")))
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", 20 * 2**30)
UPLOAD_DAYS = env.int("UPLOAD_DAYS", 7)
ORGANIZATION_QUOTA_BYTES = env.int("ORGANIZATION_QUOTA_BYTES", 0)
PERSON_QUOTA_BYTES = env.int("PERSON_QUOTA_BYTES", 2 * MAX_UPLOAD_BYTES)  # for uploads in no organization's name
# Where datasets by reference may lie besides public HTTPS addresses: docs/operating.md has the forms.
REFERENCE_HOSTS_ALLOWED = env.list("REFERENCE_HOSTS_ALLOWED", default=[])
REFERENCE_BUCKETS = env.json("REFERENCE_BUCKETS", default={})
REFERENCE_FOLDERS = env.json("REFERENCE_FOLDERS", default={})
REFERENCE_CHECK_HOURS = env.float("REFERENCE_CHECK_HOURS", 24.0)
# A node's content-addressed cache of inputs, and the folders in which runs work.
NODE_CACHE = Path(env.str("CHAINHUB_NODE_CACHE", str(DATA / "node")))
NODE_CACHE_BYTES = env.int("NODE_CACHE_BYTES", 50 * 2**30)

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "chainhub" / "static"]
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", True)
WHITENOISE_AUTOREFRESH = DEBUG

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "chainhub.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher", "django.contrib.auth.hashers.ScryptPasswordHasher"]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", "optional")
# Only in the browser that has just registered: whoever came for a page goes on with it instead of signing in once more.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_USER_DISPLAY = "chainhub.accounts.display.display_name"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {} if TESTING else {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "signup": "20/m/ip"}
ACCOUNT_FORMS = {"signup": "chainhub.accounts.forms.SignupForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[ChainHub] "
USERSESSIONS_TRACK_ACTIVITY = True  # shows when each was last seen
EMAIL_CONFIG: dict[str, Any] = env.email_url("EMAIL_URL", default="consolemail://")
globals().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "ChainHub <hub@localhost>")

# --- languages ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("DEFAULT_LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- safety -------------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # Charts set inline styles on their tooltips; no script may be inline.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "chainhub.api.authentication.TokenAuthentication",
        "chainhub.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["chainhub.api.authentication.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "chainhub.api.http.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "chainhub.api.schema.ScopedSchema",
    "EXCEPTION_HANDLER": "chainhub.api.http.problem",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = DOCUMENT

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"chainhub": {"level": env.str("LOG_LEVEL", "INFO")}},
}
