# What Kakao told us first.
account-undone =
    Kkachi was unlinked at Kakao. All stored Kakao data is erased, and cards that were still waiting are cancelled.
    If Kkachi is still listed at Kakao, remove it in KakaoTalk: **Settings → Kakao Account → Connected Services**.
    To use it again, type { COMMAND("kakao link") }.

# What a server's admin, or the operator, decided about a member's link.
excluded-told =
    🔌 An admin of **{ $guild }** has stopped that server from using your KakaoTalk link.
    Reason: { $reason }
    Your rules and subscriptions there are gone, and cards waiting to be sent from it are cancelled. Your link itself stays: nothing changes in other servers.
excluded-lifted = 🔗 You can use your KakaoTalk link in **{ $guild }** again.
link-ended-told =
    🔌 The operator of Kkachi has unlinked your KakaoTalk. All tokens are erased, and cards that were still waiting are cancelled.
    If Kkachi is still listed at Kakao, remove it in KakaoTalk: **Settings → Kakao Account → Connected Services**.
    To use it again, type { COMMAND("kakao link") }.
link-ended-reason = Reason: { $reason }
