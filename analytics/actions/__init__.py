"""What keeps figures, and asks for them; what belongs to other apps changes by their actions."""
