"""Scheduled events of servers in members' own Talk Calendars."""
