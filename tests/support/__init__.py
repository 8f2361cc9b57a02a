"""Helpers that several test files use, such as a live server. The product never imports them."""
