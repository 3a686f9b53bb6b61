"""Kkachi between a local Discord and a local Kakao, with a page that shows both sides."""
