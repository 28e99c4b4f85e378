"""Certificates that nobody signed, for servers of tests."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


def self_signed(folder: Path, name: str) -> Path:
    """A file with a certificate for this name ("IP:127.0.0.1", "DNS:localhost") and its key. Skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = folder / "key.pem", folder / f"{name.replace(':', '-')}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={name}"]
    subprocess.run([*command, "-keyout", key, "-out", certificate, *subject], check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    return certificate


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
