"""A Kakao that accepts every message, over HTTPS as the real one, in a process of its own."""

import asyncio
import ipaddress
import multiprocessing
import os
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import certifi
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
DAY = timedelta(days=1)


def _serve(ready: Connection, wait: float, folder: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(wait)
        return web.json_response({"result_code": 0})

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(folder / "server.pem")
        await web.TCPSite(runner, HOST, 0, backlog=1024, ssl_context=tls).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


@cache
def _certified() -> tempfile.TemporaryDirectory[str]:
    """Make a certificate, and let every client of this process trust it beside the usual ones."""
    kept = tempfile.TemporaryDirectory()
    folder = Path(kept.name)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a local Kakao")])
    address = x509.IPAddress(ipaddress.ip_address(HOST))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - DAY)
        .not_valid_after(datetime.now(UTC) + DAY)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(private + certificate)
    trusted = folder / "trusted.pem"
    trusted.write_bytes(Path(certifi.where()).read_bytes() + certificate)
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
    return kept


@asynccontextmanager
async def answering(wait: float) -> AsyncIterator[str]:
    """Serve until left; every answer takes `wait` seconds. Gives its address."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    folder = Path(_certified().name)
    server = spawn.Process(target=_serve, args=(there, wait, folder), daemon=True)
    server.start()
    try:
        port = await asyncio.to_thread(here.recv)
        yield f"https://{HOST}:{port}"
    finally:
        server.kill()
        server.join()
