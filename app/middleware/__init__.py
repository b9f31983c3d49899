"""What each request passes on its way to a route: pure ASGI, one concern a module."""
