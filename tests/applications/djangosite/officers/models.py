"""The citizen number and the unit of a user, as sites keep them that took Django's own users."""

from django.conf import settings
from django.db import models


class Officer(models.Model):
    """One user's row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    citizen_id = models.CharField(max_length=13)
    unit = models.CharField(max_length=200, blank=True)
