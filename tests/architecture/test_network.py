"""The tests reach nothing beyond this machine."""

import socket

import pytest


def test_a_connection_to_elsewhere_is_refused_before_it_is_tried() -> None:
    with socket.socket() as outside, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))
