"""The API's description of itself, as far as FastAPI cannot make it from the routes."""
