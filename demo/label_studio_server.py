"""Label Studio for tests and demos, which ask it thousands of small questions: `label_studio_server.py start …`.

It runs in the environment that `make studio` makes, and knows nothing of the project. The arguments are those of
`label-studio`.
"""

import socketserver
import sys
from typing import Any

from django.db.backends.signals import connection_created
from label_studio.server import main


def spare_the_disk(connection: Any, **_: Any) -> None:
    """The system writes to the disk when it likes. A power cut could cost data, which nobody keeps here."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    # Django sends the head and the body of an answer apart: the body would wait 40 ms until the head is acknowledged.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    connection_created.connect(spare_the_disk)
    sys.exit(main())
