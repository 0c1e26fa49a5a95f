"""Runs a moto server that ends when its standard input does, which is when whoever started it ends."""
import os
import sys
import threading


def wait_for_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=wait_for_parent, daemon=True).start()

from moto.server import main  # noqa: E402 (a slow import: the watch comes first)

main(["--host", "127.0.0.1", "--port", "0"])
