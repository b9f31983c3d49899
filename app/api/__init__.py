"""HTTP in terms of the services: routes, errors, and the description of both."""
