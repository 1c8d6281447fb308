"""The dialog of HTML reports."""
