"""Everything about a member's Kakao account: links, OAuth, consents, friends, webhooks (/kakao)."""
