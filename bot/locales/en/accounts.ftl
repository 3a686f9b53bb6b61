# What Kakao told us first.
account-undone =
    The connection with Kkachi was removed at Kakao. All stored Kakao data is erased, and cards that were still waiting are cancelled.
    Should a connection be left at Kakao, you can end it in KakaoTalk: **Settings → Kakao Account → Connected Services**.
    To use it again, type { COMMAND("kakao link") }.

# What a server's admin, or the operator, decided about a member's link.
excluded-told =
    🔌 An admin of **{ $guild }** has ended what that server may do with your KakaoTalk link.
    Reason: { $reason }
    Your rules and subscriptions there are gone, and cards that waited to leave it are cancelled. The link itself stays yours: in other servers everything goes on.
excluded-lifted = 🔗 You can use your KakaoTalk link in **{ $guild }** again.
link-ended-told =
    🔌 Whoever runs Kkachi has ended your KakaoTalk link. All tokens are erased, and cards that were still waiting are cancelled.
    Should a connection be left at Kakao, you can end it in KakaoTalk: **Settings → Kakao Account → Connected Services**.
    To use it again, type { COMMAND("kakao link") }.
link-ended-reason = Reason: { $reason }
