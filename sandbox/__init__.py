"""A local Discord and a local Kakao on loopback, as strict as the real ones."""
