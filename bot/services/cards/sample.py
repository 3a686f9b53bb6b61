"""The card that shows a member what cards are like."""

from bot.kakao import Button, Content, Feed, Link
from bot.texts import Locale, Texts


def sample_card(link: str, locale: Locale, texts: Texts) -> Feed:
    """Return the card; it holds words of ours only."""
    both = Link(web_url=link, mobile_web_url=link)
    return Feed.fit(
        content=Content.fit(
            title=texts.say(locale, "sample-card"),
            description=texts.say(locale, "sample-card.text"),
            link=both,
        ),
        buttons=(Button.fit(title=texts.say(locale, "sample-card.button"), link=both),),
    )
