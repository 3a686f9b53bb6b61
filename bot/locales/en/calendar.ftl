# Talk Calendar
calendar-name = Kkachi
calendar-event-server = An event of “{ $server }” on Discord.

calendar-when = When
calendar-where = Where
calendar-before-minutes = { $count } min before
calendar-before-hours =
    { $count ->
        [one] 1 hour before
       *[other] { $count } hours before
    }
calendar-before-days =
    { $count ->
        [one] 1 day before
       *[other] { $count } days before
    }
calendar-reminders = Reminders (up to two)
calendar-button-put = Add to Talk Calendar
calendar-button-out = Take out of Talk Calendar
calendar-button-apart = Use a separate “Kkachi” calendar
calendar-button-together = Use my own calendar
calendar-list-title = This server’s events in your Talk Calendar
calendar-list-none = Nothing yet. Choose an event with this command, or turn on “calendar” in { COMMAND("notify add") }.
calendar-list-about = Reminders are set in Talk Calendar. Whether they ring depends on your KakaoTalk notification settings.
calendar-added = 📅 Scheduled events go into your Talk Calendar, and change or go when they do on Discord. Choose reminders with { COMMAND("notify calendar") }.
calendar-consent-needed = 📅 Talk Calendar needs one more consent at Kakao. Once you agree, events go in at once.
calendar-consent-gone =
    Your consent to Talk Calendar is missing, so events can no longer be added or changed there. Those that are there stay.
    Once you agree again, it goes on. Your cards are not affected.

calendar-state-out = Not in your Talk Calendar.
calendar-state-in = ✅ In your Talk Calendar. Reminders: { $when }
calendar-state-waiting = ⏳ Your Talk Calendar will be updated soon.
calendar-state-consent = ⏸️ Goes in once you agree to Talk Calendar at Kakao.
calendar-state-members-only = ⏸️ Kakao has not given its permission yet, so only people registered as members of the Kakao app can use this. Please ask the operator.
calendar-state-operator = ⏸️ The operator has to correct the settings of the Kakao app.
calendar-state-spent = ⏸️ Kakao takes no more today. It goes in tomorrow.
calendar-state-account = ❌ This Kakao account cannot use Talk Calendar. Please check that it has KakaoTalk.
calendar-state-link-broken = ⏸️ The KakaoTalk link has stopped working. It goes in once you link again.
calendar-state-not-allowed = ⏸️ This server’s admins do not allow it.
calendar-state-unclear = ❔ Kakao did not answer, so it may or may not be there. Please look in Talk Calendar.
calendar-state-refused = ❌ Kakao did not accept this event.
calendar-state-begun = ❌ The event began before it could go in.
calendar-state-unexpected = ⏳ Something went wrong. It is tried again in a while.

error-calendar-off = This Kkachi does not use Talk Calendar. Its operator has to turn it on.
error-calendar-event = There is no such event, or it has begun already.
error-calendar-full = 50 events are in your Talk Calendar already. Past ones make room by themselves.
error-calendar-consent = Talk Calendar needs one more consent at Kakao. Once you agree, the event goes in at once.
error-notify-calendar = Only “New scheduled events” can go into Talk Calendar.

notify-calendar = 📅 also in Talk Calendar
notify-calendar-interested = 📅 also in Talk Calendar once I am interested

kakao-scope-talk_calendar = Talk Calendar
kakao-without-talk_calendar = Without it Kkachi cannot add or change events in Talk Calendar. Those that are there stay.
kakao-agreed-talk_calendar = Events can now go into your Talk Calendar.

page-scope-talk_calendar = Managing events and calendars in Talk Calendar
    .why = Puts the events you choose into your own Talk Calendar, changes them and takes them out as they change on Discord. Of your other entries it sees only when they are, never what.
page-consent-calendar = Add events to your Talk Calendar?
    .text = To put Discord’s scheduled events into your own Talk Calendar, one more consent at Kakao is needed.
    .then = Waiting events go into your Talk Calendar at once, with a reminder set.
    .agreed = Events can now go into your Talk Calendar. They follow when they are changed or cancelled on Discord.
page-talk-calendar-unticked = Talk Calendar needs your consent
    .text = Events can go in only if you tick “Managing events and calendars in Talk Calendar”.
    .way = { page-way-discord }
page-consent-talk-calendar-unticked = You have not agreed yet
    .text = Events can go in only if you tick “Managing events and calendars in Talk Calendar”. Your link stays as it is.
    .way = { page-way-discord }

page-privacy-calendar = Talk Calendar
    .text = Of an event that you want in Talk Calendar its name, time, place and description are kept, with Kakao’s number for it and your reminders, and erased a day after it ended. Kakao does not show us what your other entries are. When you unlink or erase everything, what Kkachi has added is first deleted from Talk Calendar. If Kakao does not answer then, some may stay: please delete those yourself.
privacy-table-calendar_events = Events in your Talk Calendar
privacy-table-calendar_choices = Your reminders in Talk Calendar, and whether events are kept in a separate calendar

doctor-calendar-off = Talk Calendar is not used (KAKAO_CALENDAR=false).
doctor-calendar-missing = The consent item { $items } is off, so nobody can agree to Talk Calendar. Set it in [Kakao Login] > [Consent items], or switch KAKAO_CALENDAR off.
doctor-calendar-ok = Members can agree to Talk Calendar; before Kakao's permission, members of the app only. Whether a reminder rings is not proven yet: put in an event 15 minutes ahead with reminders 10 and 5 minutes before, and watch a locked phone.
