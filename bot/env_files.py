"""Where the settings are that the environment does not hold."""

from contextvars import ContextVar

# Where secrets are kept: beside where Kkachi is started, and by the unit.
ENV_FILE = ".env"
ENV_FILES = (ENV_FILE, "/etc/kkachi.env")
settings_file = ContextVar("settings_file", default=ENV_FILE)
"""The file of settings that the command line names with `--env-file`."""
