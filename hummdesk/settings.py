"""Django settings, read from the environment; the README has the table of all of them."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from hummdesk import environment as env
from hummdesk.api.enum_names import ENUM_NAMES
from hummdesk.beat import BEAT_SCHEDULE
from hummdesk.logs import configure_structlog, level_name, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_env_file()

# --- The place -------------------------------------------------------------------------------------
DEBUG = env.is_debug()
# Signs sessions, tokens, hand-overs and Message-IDs.
SECRET_KEY = env.required_in_production("SECRET_KEY", "development-only", what="signs sessions and tokens")
if not DEBUG and len(SECRET_KEY) < 32:
    raise env.SettingError("SECRET_KEY is too short to be a secret. Set it to 32 random characters or more.")
BASE_DOMAIN = env.text("HUMMDESK_BASE_DOMAIN", "localhost").lower()
PORT = env.number("PORT", 8000, least=1, most=65535)
# What stands behind a host name in links: the port in development, nothing behind a proxy.
PUBLIC_PORT = f":{PORT}" if DEBUG else ""
PUBLIC_SCHEME = "http" if DEBUG else "https"
DATA_DIR = Path(env.text("HUMMDESK_DATA_DIR", str(BASE_DIR / "var")))
# Every host is looked up in the Domain table (hummdesk.tenancy.middleware); an unknown one gets a 404.
ALLOWED_HOSTS = ["*"]
# How many proxies in front add to X-Forwarded-For, so that rate limits see the client.
TRUSTED_PROXY_COUNT = env.number("HUMMDESK_TRUSTED_PROXIES", 0, least=0)

# --- Apps ------------------------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "accounts",
    "email_channel.provider",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "template_partials",
    "channels",
    "hummdesk",
    "hummdesk.api",
]
TENANT_APPS = [
    "hummdesk.api",
    "hummdesk.events",
    "teams",
    "conversations",
    "email_channel",
    "ai",
    "analytics",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]
TENANT_MODEL = "accounts.Account"
TENANT_DOMAIN_MODEL = "accounts.Domain"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "hummdesk.request_id.RequestIdMiddleware",
    "hummdesk.compression.PageCompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hummdesk.tenancy.middleware.AccountMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.MembershipMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "hummdesk.problems.ProblemMiddleware",
]
ROOT_URLCONF = "hummdesk.urls"
PUBLIC_SCHEMA_URLCONF = "hummdesk.urls_platform"
ASGI_APPLICATION = "hummdesk.asgi.application"

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
                "accounts.context_processors.place",
            ],
        },
    }
]

# --- PostgreSQL ------------------------------------------------------------------------------------
_database = urlsplit(env.required_in_production("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/hummdesk"))
# Connections kept by each process; 0 opens one per request. Tests share one connection.
_pool_size = env.number("HUMMDESK_DB_POOL", 16, least=0)
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": unquote(_database.path.removeprefix("/")),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname or "",
        "PORT": str(_database.port or ""),
        "CONN_MAX_AGE": 0,
        # A connection that a restart of the database has ended is noticed before it is used.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": _pool_size, "timeout": 20}} if _pool_size else {},
        "TEST": {"NAME": "test_hummdesk"},
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# One `SET search_path` per connection and account instead of one per cursor.
TENANT_LIMIT_SET_CALLS = True

# --- Redis: cache, sockets, task queue ---------------------------------------------------------------
REDIS_URL = env.required_in_production("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "hummdesk.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}
# redis-py's default time-out of 5 s would end idle sockets, for which the layer blocks just as long.
_layer_host = {
    "address": REDIS_URL,
    "socket_timeout": None,
    "socket_connect_timeout": 2,
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"prefix": "hummdesk", "hosts": [_layer_host]},
    }
}

# Live updates: sockets of one user in one account, over all web processes; the oldest is closed for one too many.
LIVE_SOCKETS_PER_USER = env.number("HUMMDESK_SOCKETS_PER_USER", 20, least=1)
# Panels of other apps beside an open conversation: names of URLs that take its number; missing ones are left out.
CONVERSATION_PANELS = ("conversation-participants", "conversation-csat", "ai-panel", "similar-conversations")
# Seconds after which an agent who sends no heartbeat is present no more.
LIVE_PRESENCE_S = env.number("HUMMDESK_PRESENCE_SECONDS", 40, least=1)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "visibility_timeout": 600,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TENANT_CACHE_SECONDS = 10
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
# Seconds for which rules, clocks and routing gather the events of a busy account, to see to all of them at once.
ATTEND_GATHERS_S = 0.1

# --- Sign-in ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["accounts.backends.SessionBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.sign_in.SignInAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
# Cookies are host-only: no account's host ever sees another's.
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = "sessionid" if DEBUG else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if DEBUG else "__Host-csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
CSRF_FAILURE_VIEW = "hummdesk.problems.csrf_failure"

# --- API -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.AccountJWTAuthentication",
        "accounts.authentication.AccountSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.IsMember"],
    "DEFAULT_THROTTLE_CLASSES": [
        "accounts.throttling.ApiThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "user": f"{env.number('HUMMDESK_RATE_PER_USER', 600, least=1)}/min",
        "account": f"{env.number('HUMMDESK_RATE_PER_ACCOUNT', 6000, least=1)}/min",
        "token": "10/min",
        "csat": "30/min",
        "inbound": f"{env.number('HUMMDESK_RATE_INBOUND', 12000, least=1)}/min",
    },
    "DEFAULT_SCHEMA_CLASS": "hummdesk.api.operations.ApiSchema",
    "DEFAULT_RENDERER_CLASSES": ["hummdesk.api.renderers.ApiJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["hummdesk.api.parsers.ApiJSONParser"],
    # Moments stay moments until the renderer writes them.
    "DATETIME_FORMAT": None,
    "DEFAULT_PAGINATION_CLASS": "hummdesk.api.pagination.KeysetPagination",
    "EXCEPTION_HANDLER": "hummdesk.api.problems.problem_response",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "HummDesk API",
    "VERSION": "1",
    "DESCRIPTION": "Customer service for teams: accounts, conversations, mail, knowledge.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "hummdesk.api.docs.add_problems"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "user_id",
}

# --- Browser policy ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not DEBUG and env.flag("HUMMDESK_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^api/(health|ready)$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Files -------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "files",
            "base_url": None,
            "allow_overwrite": False,
            # Customers' mail is for this user of the machine alone.
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": _static_storage},
}
# Bytes. Mail comes in raw, so the body limit is the mail limit.
MAIL_MAX_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAIL_MAX_BYTES + 1024 * 1024

# --- Mail --------------------------------------------------------------------------------------------
# Without a key, outgoing mail goes to the local catcher: `.eml` files under DATA_DIR/outbox.
RESEND_API_KEY = env.text("RESEND_API_KEY")
RESEND_API_URL = env.text("RESEND_API_URL", "https://api.resend.com")
RESEND_WEBHOOK_SECRET = env.text("RESEND_WEBHOOK_SECRET")
# Requests per second that the provider takes from all of us together, mail in and out.
RESEND_REQUESTS_PER_S = env.number("RESEND_REQUESTS_PER_S", 5, least=1)
# A copy of what was handed to the provider goes to the catcher: the one on loopback (`make up`) delivers to nobody.
MAIL_IS_CAUGHT = env.flag("HUMMDESK_MAIL_CAUGHT")
# Where the provider's servers for our domains are: eu-west-1, us-east-1, sa-east-1, ap-northeast-1.
RESEND_REGION = env.text("RESEND_REGION", "us-east-1")
# `address:port` of the server that is asked for the DNS records of domains; the system's own where empty.
DNS_SERVER = env.text("HUMMDESK_DNS_SERVER")
OUTBOX_DIR = DATA_DIR / "outbox"
SMTP_HOST = env.text("SMTP_HOST", "127.0.0.1")
SMTP_PORT = env.number("SMTP_PORT", 2525, least=1, most=65535)
# Names of our own receivers, as they call themselves in `Authentication-Results`; nobody else's word counts there.
MAIL_AUTHENTICATION_SERVERS = frozenset(name.lower() for name in env.items("HUMMDESK_AUTHENTICATION_SERVERS"))
EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"
# No provider takes a sender whose domain has no dot, such as that of development.
_SENDER_DOMAIN = BASE_DOMAIN if "." in BASE_DOMAIN else f"hummdesk.{BASE_DOMAIN}"
DEFAULT_FROM_EMAIL = env.text("HUMMDESK_FROM_EMAIL", f"HummDesk <no-reply@{_SENDER_DOMAIN}>")

# --- AI ----------------------------------------------------------------------------------------------
ANTHROPIC_API_KEY = env.text("ANTHROPIC_API_KEY")
ANTHROPIC_BASE_URL = env.text("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
AI_CLASSIFY_MODEL = env.text("AI_CLASSIFY_MODEL", "claude-haiku-5-5")
AI_DRAFT_MODEL = env.text("AI_DRAFT_MODEL", "claude-sonnet-5-5")

# --- Calls to addresses that people write down ---------------------------------------------------------
# `host:port` of receivers that may be inside our own network and without TLS, such as 127.0.0.1:8123 in development;
# all else must be https on the public internet (hummdesk/egress).
EGRESS_ALLOWED = frozenset(place.lower() for place in env.items("HUMMDESK_EGRESS_ALLOWED"))

# --- Time and language -------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# What accounts and users may choose.
LANGUAGES = [("en", "English"), ("fi", "Suomi"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Logs and errors ---------------------------------------------------------------------------------
LOGGING = logging_config(readable=DEBUG, level=level_name(env.text("HUMMDESK_LOG_LEVEL", "INFO")))
configure_structlog()
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    import sentry_sdk

    # Ids only, as in the logs: no bodies, and no local variables, which hold them.
    sentry_sdk.init(
        dsn=SENTRY_DSN, send_default_pii=False, max_request_body_size="never", include_local_variables=False
    )
