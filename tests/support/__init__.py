"""What several test files need: a live server, a scripted peer. Never imported by the product."""
