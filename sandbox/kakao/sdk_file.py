"""The JavaScript SDK that pages load: our stand-in, or a file of Kakao's that somebody has."""

import re
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

STAND_IN = Path(__file__).with_name("sdk") / "kakao.min.js"
HOSTS = re.compile(rb"https://[a-z0-9-]+\.kakao\.com")


class SdkFile:
    """A file as the local Kakao serves it: the local one stands wherever it names Kakao's hosts."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()

    def read(self, url: str) -> bytes:
        """Give the file for a Kakao at this origin."""
        return HOSTS.sub(url.encode(), self._content)

    def integrity(self, url: str) -> str:
        """Give the integrity hash of what `read` gives."""
        return f"sha384-{b64encode(sha384(self.read(url)).digest()).decode()}"
