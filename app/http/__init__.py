"""The HTTP protocol of the server: bounds on requests and answers that no application can set."""
