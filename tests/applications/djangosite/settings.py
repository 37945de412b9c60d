"""The site's settings. Which database, and whether it has users of its own, comes from the environment."""

import json
import os

import pymysql

# Django knows MySQL by another driver, whose place PyMySQL takes.
pymysql.install_as_MySQLdb()

SECRET_KEY = "of-a-site-that-lives-for-one-test"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": json.loads(os.environ["SITE_DATABASE"])}
AUTH_USER_MODEL = os.environ["SITE_USERS"]
PASSWORD_HASHERS = ["tests.applications.djangosite.hashing.QuickHasher"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "rest_framework.authtoken",
    "tests.applications.djangosite.officers",
]
if AUTH_USER_MODEL != "auth.User":
    INSTALLED_APPS.append("tests.applications.djangosite.accounts")
    # The other tables refer to the users', which has no migrations: all are made from their models.
    MIGRATION_MODULES = dict.fromkeys(("accounts", "admin", "auth", "authtoken", "contenttypes", "sessions"))
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
ROOT_URLCONF = "tests.applications.djangosite.urls"
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "Asia/Bangkok"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
