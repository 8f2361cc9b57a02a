"""Registries and containers, and the descriptions, signatures and failures of what they hold."""
