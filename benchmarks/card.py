"""The card that is sent wherever something is."""

from bot.kakao import Button, Content, Feed, Link

ADDRESS = Link(web_url="https://kkachi.example.com/m/1")
CARD = Feed(
    content=Content(title="#공지 · 까치 마을", description="민지: 토요일 밤 9시예요", link=ADDRESS),
    buttons=(Button(title="원문 보기", link=ADDRESS),),
).stored()
