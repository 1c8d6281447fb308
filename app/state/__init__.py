"""The user's requests and settings: frozen values, the store that changes them, their files."""
