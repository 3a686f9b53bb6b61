alarm-app-refused = 🚨 Kakao refuses the app's key or settings. `python -m bot doctor` says what to mend. Cards to "Me" wait for three days.
alarm-app-spent = 🚨 The app has used up its sends of today. What waits goes out after midnight in Korea.
alarm-database = 🚨 The database cannot be written: is the disk full? Nothing is sent meanwhile.
alarm-over = ✅ Over: { $what }
