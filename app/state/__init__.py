"""What the user asks for and has set: frozen values, the store that changes them, files."""
