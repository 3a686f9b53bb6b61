"""What whoever runs Kkachi does on the command line, beside running it."""
