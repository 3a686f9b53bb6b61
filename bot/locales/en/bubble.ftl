# KakaoTalk's bubble: the words that it adds to a card, and how a preview differs from it.
bubble-more = View details
bubble-map = View location
bubble-add = Add event
bubble-subscribe = Subscribe
bubble-like = Likes
bubble-comment = Comments
bubble-shared = Shares
bubble-view = Views
bubble-subscriber = Subscribers
bubble-picture = KakaoTalk shows the picture
bubble-scrap = Kakao reads this page and makes the card
bubble-custom = A template that the operator made at Kakao

bubble-differs = Same parts and order as in KakaoTalk; only the look and where text is cut differ a little.
