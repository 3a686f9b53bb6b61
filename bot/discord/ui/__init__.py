"""What members see and press in Discord: buttons, selects, forms, pictures of cards."""
