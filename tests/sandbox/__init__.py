"""The local Discord, the local Kakao and the demo around them."""
