"""The JavaScript SDK that the tests of sharing load."""

import os
from pathlib import Path

from sandbox.kakao.sdk_file import STAND_IN

# A file of Kakao's own, put beside by somebody who has one; it is not ours to hand on.
SDK = Path(os.environ.get("KAKAO_SDK_FILE") or STAND_IN)
