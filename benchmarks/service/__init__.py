"""What the benchmark of the service is made of: a store, a server, a load, what it costs."""
