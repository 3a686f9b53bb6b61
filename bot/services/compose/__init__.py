"""Messages that members write themselves, in any of Kakao's types (/compose)."""
