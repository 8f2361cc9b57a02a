"""How speed scales: with connections, with cores, with the size of what is asked."""
