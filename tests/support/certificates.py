"""Certificates that nobody has signed but who shows them."""

import ssl
from datetime import UTC, datetime, timedelta
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def self_signed(days: int) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Return a certificate of localhost that is good for so many days, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    since = datetime.now(UTC) - timedelta(days=100)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=100 + days, hours=1))
        .add_extension(names, critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made, key


def certified(days: int) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server shows that is certified for so many days, and who believes it."""
    made, key = self_signed(days)
    pem = made.public_bytes(Encoding.PEM)
    with NamedTemporaryFile() as file:
        file.write(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(file.name)
    return server, ssl.create_default_context(cadata=pem.decode())
