"""What a server's admins decide: settings, access, policy, templates, statistics (/settings)."""
