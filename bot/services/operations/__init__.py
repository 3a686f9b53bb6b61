"""For whoever runs Kkachi: metrics, and the extensions that are loaded."""
