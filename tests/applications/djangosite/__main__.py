"""``python -m tests.applications.djangosite serve``, or ``orders`` with ``[{"do": NAME, ...}]`` on standard input."""

import json
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Leave it."""


def serve() -> None:
    """Serve the site on a free port of loopback, after telling its address."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


def carry_out() -> None:
    """Carry out orders in turn; print the answers as JSON."""
    django.setup()
    # Models can be read only once Django is set up.
    from tests.applications.djangosite.orders import ORDERS  # noqa: PLC0415

    orders = json.load(sys.stdin)
    print(json.dumps([ORDERS[order.pop("do")](**order) for order in orders]))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.applications.djangosite.settings"
    {"serve": serve, "orders": carry_out}[sys.argv[1]]()
