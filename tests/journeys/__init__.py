"""The real bot between the local Discord and the local Kakao."""
