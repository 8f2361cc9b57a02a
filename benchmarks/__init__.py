"""The speed of tuber, always compared with other servers and clients in the same run."""
