# Talk Calendar
calendar-name = Kkachi
calendar-event-server = An event of { $server } on Discord
