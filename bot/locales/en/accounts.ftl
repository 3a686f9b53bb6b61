# What Kakao told us first.
account-undone =
    The connection with Kkachi was removed at Kakao. All stored Kakao data is erased, and cards that were still waiting are cancelled.
    To use it again, type `/kakao link`.
