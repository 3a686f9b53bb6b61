settings-templates-none = No template has a name yet. Add one with `/settings templates add`.
settings-templates-line = • **{ $name }** · template { $number } · { $arguments }
settings-templates-no-arguments = nothing to fill in
settings-templates-added = Added. Members find it in `/compose` now.
settings-templates-replaced = A template of that name was there already; it has been replaced.
settings-templates-removed = **{ $name }** is taken off the list. The template itself stays at Kakao.

error-needs-manage-server = You need the permission to manage this server.
error-template-unknown = This server has no template "{ $name }".
error-template-name = A name can have 1 to { $limit } characters; yours has { $length }.
error-template-argument = "{ $name }" cannot name an argument: letters, digits and underscores, up to { $limit }, not beginning with a digit.
error-too-many-arguments = A template can have up to { $limit } arguments; yours has { $count }.
error-too-many-templates = There can be up to { $limit } templates. Please remove one first.

settings-title = Kkachi settings
settings-choose = Choose
settings-edit = Change
settings-none = none
settings-more = { $shown } and { $count } more
settings-everywhere = Choose channels or categories
settings-everybody = Choose roles (none is everybody)
settings-page-features = Features
    .text = Choose what is on. What is off stops at once, and its commands say so.
settings-page-places = Channels
    .text = Where messages may be carried from. A category stands for all its channels.
settings-page-roles = Roles
    .text = With none chosen, everybody may.
settings-page-content = Content
    .text = How much of a text goes to KakaoTalk.
settings-page-more = Limits, language, log
    .text = What one member may have, the language of what is written here, and a channel for what happened; never texts or tokens.
settings-page-history = History
    .text = Who changed what, and when.
settings-field-off = Features switched off
settings-field-only = Carry only out of these channels
settings-field-never = Never carry out of these channels
settings-field-link_roles = Roles that may link
settings-field-forward_roles = Roles that may send and share
settings-field-rule_roles = Roles that may have rules and subscriptions
settings-field-policy = How much may leave
settings-field-policies = How much may leave, by channel
settings-field-policy-full = All of it in these channels
settings-field-policy-excerpt = An excerpt in these channels
settings-field-policy-link = A link only in these channels
settings-field-limits = Limits
settings-field-language = Language of what is written here
settings-field-log_channel_id = Log channel
settings-field-templates = Named templates
settings-feature-link = Linking
settings-feature-forward = Forwarding
settings-feature-compose = Composing
settings-feature-share = Sharing
settings-feature-highlight = Highlight rules
settings-feature-notify = Event notices
settings-policy-full = Text and pictures
settings-policy-excerpt = An excerpt
settings-policy-link = A link only
settings-language-auto = Korean (default)
settings-language-ko = Korean
settings-language-en = English
settings-limits = { $rules } rules · { $subscriptions } subscriptions · { $sends } sends by hand a day
settings-limits-title = Limits for one member
settings-limit-rules = Rules (0–200)
settings-limit-subscriptions = Subscriptions (0–100)
settings-limit-sends = Sends by hand a day (empty: only Kakao's limit)
settings-history-none = Nothing has changed yet.
settings-history-older = Older changes
settings-take-back = Choose a change to take back
settings-member-unlinked = Not linked to KakaoTalk.
settings-member-sound = Linked since { $since }.
settings-member-broken = Linked since { $since }, but has to link again.
settings-member-sent = Cards sent today: { $count }
settings-member-unlink = Disconnect
settings-member-reason = Reason (the member will read it)
settings-member-told =
    An admin of **{ $guild }** has disconnected your KakaoTalk.
    Reason: { $reason }
    All tokens are erased. You can link again with `/kakao link` at any time.
settings-member-done = Disconnected, and told why.
settings-log-change = ⚙️ { $who } changed the settings:
settings-log-unlink = 🔌 { $who } disconnected { $member } from KakaoTalk.
settings-statistics =
    📊 **The last 30 days**
    { $linked } members linked
    🟨 arrived { $sent } · 🟥 failed { $failed } · ⬜ unknown { $unknown } · 🟦 waiting { $waiting }
    Allowance used by all of Kkachi: { $used } of { $limit } today, { $most } % on the busiest of the 30 days (the line)
error-settings-number = Please type numbers that fit.
error-settings-member-unknown = This person does not use Kkachi in this server.
settings-reloaded = { $name } is loaded anew.
error-cog-unknown = No cog called { $name } runs.
error-cog-broken = { $name } could not be loaded; the one from before goes on. The log says why.
error-only-owner = Only whoever runs this bot can do this.
