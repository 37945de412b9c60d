"""A user model of the site's own: known by a UUID, with the citizen number in it."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user as Django has them, and two columns more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    citizen_id = models.CharField(max_length=13, null=True, unique=True)
    unit = models.CharField(max_length=200, blank=True)
