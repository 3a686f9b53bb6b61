# `/compose`: what the choices, the panel and its forms say.
choice-feed = Feed: a picture, a title and a text
choice-list = List: two or three things under a heading
choice-location = Location: a place on the map
choice-commerce = Commerce: something with a price
choice-text = Text: plain words
choice-calendar = Calendar: an event of a KakaoTalk channel
choice-custom = Custom: a template of this server
choice-scrape = Page: what an address shows

compose-kind-feed = Feed
compose-kind-list = List
compose-kind-location = Location
compose-kind-commerce = Commerce
compose-kind-text = Text
compose-kind-calendar = Calendar
compose-kind-custom = Custom template
compose-kind-scrape = Page

compose-panel =
    You are writing a card: **{ $kind }**
    Use the buttons to fill it in. It is kept for a day.
compose-template = Which template?
compose-template-placeholder = Choose a template
compose-preview-page = Kakao makes the card from this page's title, description and picture.
compose-preview-page-in = Kakao puts this page's title, description and picture into the template.
compose-preview-template = These are your values; KakaoTalk shows them in the template's layout.

compose-button-me = Send to me
compose-button-friends = Send to friends
compose-button-details = More ›
compose-button-open = ‹ Back
compose-button-edit = Edit the card
compose-button-again = Open this card again

# The parts of a message: on buttons, and as titles of forms.
compose-step-text = Text
compose-step-picture = Picture
compose-step-link = Link and buttons
compose-step-buttons = Buttons
compose-step-items = Item rows
compose-step-heading = Profile and picture
compose-step-social = Counters
compose-step-header = Heading
compose-step-row = Row { $number }
compose-step-row-details = Row { $number }: details
compose-step-link-details = Link: details
compose-step-button-details = Button { $number }: details
compose-step-place = Place
compose-step-price = Price
compose-step-currency = Currency
compose-step-event = Event
compose-step-page = Address
compose-step-arguments = Variables { $number }

compose-field-content-title = Title
compose-field-content-description = Description
compose-field-content-image-url = Address of the picture
compose-field-content-image-width = Width of the picture
compose-field-content-image-height = Height of the picture
compose-field-content-link = Link
compose-field-buttons-title = Name of button { $number }
compose-field-buttons-link = Link of button { $number }
compose-field-button-title = Name of the default button
compose-field-link-mobile-web-url = { $of }: on phones
compose-field-link-android-execution-params = { $of }: Android app
compose-field-link-ios-execution-params = { $of }: iPhone app
compose-field-header-title = Heading
compose-field-header-link = Link of the heading
compose-field-contents-title = Title of row { $number }
compose-field-contents-description = Description of row { $number }
compose-field-contents-image-url = Address of the picture in row { $number }
compose-field-contents-image-width = Width of the picture in row { $number }
compose-field-contents-image-height = Height of the picture in row { $number }
compose-field-contents-link = Link of row { $number }
compose-field-address = Street address
compose-field-address-title = Name of the place
compose-field-text = Text
compose-field-link = Link
compose-field-id-type = What it is
compose-field-id = ID of the event
compose-field-request-url = Address of the page
compose-field-template-id = Template
compose-field-item-content-items = Rows
compose-field-item-content-sum = Name of the total
compose-field-item-content-sum-op = Total
compose-field-item-content-profile-text = Name at the top
compose-field-item-content-profile-image-url = Address of the small picture at the top
compose-field-item-content-title-image-text = Title of the rows
compose-field-item-content-title-image-url = Address of the picture beside them
compose-field-item-content-title-image-category = Category of the rows
compose-field-social-like-count = Likes
compose-field-social-comment-count = Comments
compose-field-social-shared-count = Shares
compose-field-social-view-count = Views
compose-field-social-subscriber-count = Subscribers
compose-field-commerce-product-name = Name of the product
compose-field-commerce-regular-price = Price
compose-field-commerce-discount-price = Discounted price
compose-field-commerce-discount-rate = Discount (%)
compose-field-commerce-fixed-discount-price = Discount (amount)
compose-field-commerce-currency-unit = Currency
compose-field-commerce-currency-unit-position = Position of the currency

compose-choice-event = One event
compose-choice-calendar = A calendar to subscribe to
compose-choice-after = After the price (1,000원)
compose-choice-before = Before the price ($1,000)

compose-hint-link = Left empty, it leads to this Discord channel.
compose-hint-picture = An address that starts with https://; at least 200 pixels wide and high.
compose-hint-side = In pixels, 200 or more.
compose-hint-phone = Only if phones should open another address.
compose-hint-apps = What your app is handed, such as contentId=100. Only the Kakao app's own app opens.
compose-hint-label = Side by side, labels may be cut after about 8 characters.
compose-hint-button-title = Replaces "View details", which is shown when there are no other buttons.
compose-hint-template = Without one, Kakao's own layout. Its variables are filled in next.
compose-hint-within = It is part of a link, so it is encoded when it is sent.
compose-hint-address = A street address that KakaoMap can find.
compose-hint-page = Kakao reads this address and makes the card from it.
compose-hint-rows = One per line, "name: value", up to five; 6 and 25 characters are shown.

# What is wrong with a field, its limit and what was typed.
compose-wrong-missing = **{ $field }** is required.
compose-wrong-nothing-shown = **{ $field }**: there must be a title, a description or a picture.
compose-wrong-too-long = **{ $field }** can have up to { $limit } characters; yours has { $value }.
compose-wrong-number = **{ $field }** must be a number, { $limit } or more; yours is "{ $value }".
compose-wrong-below = **{ $field }** must be { $limit } or more; yours is { $value }.
compose-wrong-above = **{ $field }** can be up to { $limit }; yours is { $value }.
compose-wrong-above-price = **{ $field }** cannot be more than the price ({ $limit }).
compose-wrong-address = **{ $field }**: "{ $value }" cannot be opened. Please give an address that starts with https://.
compose-wrong-rows = **{ $field }**: up to { $limit } are allowed; you have { $value }.
compose-wrong-row = **{ $field }**: the line "{ $value }" cannot be read. Please write "name: value".
compose-wrong-row-name = **{ $field }**: KakaoTalk shows { $limit } characters of a name; "{ $value }" is cut.
compose-wrong-row-value = **{ $field }**: KakaoTalk shows { $limit } characters of a value; "{ $value }" is cut.
compose-wrong-cut = **{ $field }**: KakaoTalk shows { $limit } characters; "{ $value }" is cut.
compose-wrong-label = **{ $field }**: side by side, labels may be cut after about { $limit } characters; "{ $value }" is longer.
compose-wrong-unshown = **{ $field }** is not shown while a button has a name of its own.
compose-wrong-phones-only = **{ $field }** has no address, so KakaoTalk on a computer opens nothing.
compose-wrong-encoded = **{ $field }** is part of a link, so it is sent as { $value }
compose-wrong-choice = **{ $field }**: please choose from the list.
compose-wrong-either = **{ $field }**: give the discount either in percent or as an amount.
compose-wrong-unread = **{ $field }**: Kakao reads pages of registered domains only, and { $value } is not one. Registered: { $limit }
compose-wrong-elsewhere = **{ $field }**: { $value } is not a registered domain, so a click leads to the app's default domain instead. Registered: { $limit }
compose-wrong-refused = **{ $field }**: Kakao would refuse something in it. Please check it.

error-compose-not-ready = Something is still missing or wrong: see the lines marked with ⚠️.
error-compose-no-picture = This kind of card shows no picture. Please try again without one.
error-compose-not-a-picture = "{ $name }" is not a picture. Please choose another file.
error-compose-only-in-servers = Custom templates can only be used in servers.
error-compose-no-templates = This server has no templates yet. An admin can add one with { COMMAND("settings templates add") }.
error-template-changed = The template "{ $name }" has changed since. Please start again with { COMMAND("compose") }.
